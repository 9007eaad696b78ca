import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { incidentsOf, ticketLinks, problemOf } from './queries.ts';
import { groupTickets } from './group.ts';
import {
  TicketLinkInput,
  TicketLinkPayload,
  TicketsGroupInput,
  TicketsGroupPayload,
  TicketUnlinkInput,
  TicketUnlinkPayload,
} from './input.ts';
import { linkTickets, unlinkTickets } from './link.ts';
import { TicketLink } from '../../model/ticket/link.ts';

@Resolver(() => Ticket)
export class TicketLinks {
  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketLinkPayload, {
    description:
      'Links a ticket to another one. Incidents are added to a problem in this way. An existing link stays as it is.',
  })
  ticketLink(
    @Arg('input', () => TicketLinkInput) input: TicketLinkInput,
    @Ctx() ctx: Context,
  ): Promise<TicketLinkPayload> {
    return linkTickets(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketUnlinkPayload, { description: 'Removes a link between two tickets.' })
  ticketUnlink(
    @Arg('input', () => TicketUnlinkInput) input: TicketUnlinkInput,
    @Ctx() ctx: Context,
  ): Promise<TicketUnlinkPayload> {
    return unlinkTickets(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LEAD] })
  @Mutation(() => TicketsGroupPayload, {
    description:
      'Makes tickets incidents of one problem, an existing or a new one; they are solved with it. Requesters of the incidents do not see a new problem. Can be undone for 30 days.',
  })
  ticketsGroup(
    @Arg('input', () => TicketsGroupInput) input: TicketsGroupInput,
    @Ctx() ctx: Context,
  ): Promise<TicketsGroupPayload> {
    return groupTickets(ctx, input);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [TicketLink], {
    nullable: true,
    description:
      'Typed links to other tickets, oldest first, at most 100. Of a problem also its first 100 incidents; `incidents` contains all of them. For staff only.',
  })
  links(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<TicketLink[]> {
    return ticketLinks(ctx, ticket.id);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The problem of which this ticket is an incident; for staff only.',
  })
  problem(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Ticket | null> {
    return problemOf(ctx, ticket.id);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => TicketConnection, {
    nullable: true,
    description: 'The incidents of this problem, by number; at most 100 a page. For staff only.',
  })
  incidents(
    @Root() ticket: Ticket,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return incidentsOf(ctx, ticket.id, page);
  }
}
