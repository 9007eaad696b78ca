import { SenderResolver } from './block-list/resolver.ts';
import { CustomerTickets, OrganizationTickets } from './external/resolver.ts';
import { ParticipantResolver, TicketParticipants } from './participant/resolver.ts';

export const peopleResolvers = [
  CustomerTickets,
  OrganizationTickets,
  SenderResolver,
  ParticipantResolver,
  TicketParticipants,
];
