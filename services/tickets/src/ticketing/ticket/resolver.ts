import { Auth, Role } from '@deskgraph/common/auth/access';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { assignTicket } from './assign.ts';
import { createTicket } from './create.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { findTickets, findTicketByKey } from '../../model/lookup/queries.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import { reopenTicket } from './reopen.ts';
import { changeRequester } from './requester-change.ts';
import { changeTicketStatus } from './status-change.ts';
import { Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { updateTicket } from './update.ts';
import {
  TicketCreateInput,
  TicketCreatePayload,
  TicketUpdateInput,
  TicketUpdatePayload,
} from './input.ts';
import {
  TicketAssignInput,
  TicketAssignPayload,
  TicketReopenInput,
  TicketReopenPayload,
  TicketRequesterChangeInput,
  TicketRequesterChangePayload,
  TicketStatusChangeInput,
  TicketStatusChangePayload,
} from './workflow-input.ts';

@Resolver(() => Ticket)
export class TicketResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => Ticket, {
    nullable: true,
    description:
      'One ticket by exactly one of its identifiers. Null when it does not exist or the caller may not see it.',
  })
  ticket(
    @Arg('id', () => ID, { nullable: true }) id: string | null,
    @Arg('number', () => Int, { nullable: true, description: 'The number that people quote.' })
    number: number | null,
    @Arg('externalId', () => String, {
      nullable: true,
      description:
        'The id of the ticket in an app: for apps in the calling app, for people in any app.',
    })
    externalId: string | null,
    @Ctx() ctx: Context,
  ): Promise<Ticket | null> {
    return findTicketByKey(ctx, { id, number, externalId });
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => TicketConnection, {
    description:
      'The tickets that the caller may see; requesters see their own. At most 100 per page.',
  })
  tickets(
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findTickets(ctx, { filter, orderBy, ...page });
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.AGENT] })
  @Mutation(() => TicketCreatePayload, {
    description:
      'Creates a ticket with its first message. Requesters create tickets for themselves only.',
  })
  ticketCreate(
    @Arg('input', () => TicketCreateInput) input: TicketCreateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketCreatePayload> {
    return createTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketUpdatePayload, { description: 'Changes fields of a ticket.' })
  ticketUpdate(
    @Arg('input', () => TicketUpdateInput) input: TicketUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketUpdatePayload> {
    return updateTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketStatusChangePayload, {
    description:
      'Moves a ticket to OPEN, PENDING, ON_HOLD or SOLVED, or to a custom status with one of these as its base. NEW and CLOSED are refused: only the system closes tickets.',
  })
  ticketStatusChange(
    @Arg('input', () => TicketStatusChangeInput) input: TicketStatusChangeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketStatusChangePayload> {
    return changeTicketStatus(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.AGENT] })
  @Mutation(() => TicketReopenPayload, {
    description:
      'Reopens a SOLVED ticket; requesters reopen their own. A CLOSED ticket is never reopened: a reply to it creates a new ticket.',
  })
  ticketReopen(
    @Arg('input', () => TicketReopenInput) input: TicketReopenInput,
    @Ctx() ctx: Context,
  ): Promise<TicketReopenPayload> {
    return reopenTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketAssignPayload, {
    description:
      'Assigns a ticket with its full history to an agent or department. A NEW ticket that gets an assignee becomes OPEN.',
  })
  ticketAssign(
    @Arg('input', () => TicketAssignInput) input: TicketAssignInput,
    @Ctx() ctx: Context,
  ): Promise<TicketAssignPayload> {
    return assignTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketRequesterChangePayload, {
    description:
      'Transfers a ticket with its messages to another requester. The previous requester no longer sees it; the timeline names them. Scheduled replies are cancelled.',
  })
  ticketRequesterChange(
    @Arg('input', () => TicketRequesterChangeInput) input: TicketRequesterChangeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketRequesterChangePayload> {
    return changeRequester(ctx, input);
  }
}
