import { NotificationResolver, ViewerNotifications } from './notification/resolver.ts';
import {
  PresenceResolver,
  PresenceSetViewers,
  TicketViewers,
  UnseenViewers,
} from './presence/resolver.ts';

export const liveResolvers = [
  PresenceResolver,
  PresenceSetViewers,
  TicketViewers,
  UnseenViewers,
  NotificationResolver,
  ViewerNotifications,
];
