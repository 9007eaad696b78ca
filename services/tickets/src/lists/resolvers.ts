import { TicketLists } from './live-list/subscription.ts';
import { NextTicket } from './next/resolver.ts';
import { TicketHighlights } from './search/resolver.ts';
import { SimilarTickets, TicketClusters } from './similarity/resolver.ts';
import { ViewResolver } from './view/resolver.ts';
import { View } from './view/view.ts';

export const listsEntities = [View];

export const listsResolvers = [
  TicketHighlights,
  SimilarTickets,
  TicketClusters,
  TicketLists,
  ViewResolver,
  NextTicket,
];
