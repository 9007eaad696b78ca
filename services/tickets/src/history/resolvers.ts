import { TicketContributions } from './contribution/resolver.ts';
import { TicketEventResolver, TicketTimeline } from './event/resolver.ts';
import { MessageAdded, TicketSubscriptions } from './event/subscription.ts';
import { TicketPast, TicketStateResolver } from './past/resolver.ts';

export const historyResolvers = [
  TicketEventResolver,
  TicketTimeline,
  TicketStateResolver,
  TicketPast,
  TicketContributions,
  TicketSubscriptions,
  MessageAdded,
];
