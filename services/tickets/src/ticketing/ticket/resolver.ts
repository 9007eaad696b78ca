import { Auth, Role } from '@deskgraph/common/auth/access';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { assignTicket } from './assign.ts';
import { createTicket } from './create.ts';
import { TicketFilter } from '../../model/filter/sql.ts';
import { find } from '../../model/lookup/find.ts';
import {
  TicketAssignInput,
  TicketCreateInput,
  TicketReopenInput,
  TicketRequesterChangeInput,
  TicketSnoozeInput,
  TicketStatusChangeInput,
  TicketUpdateInput,
  TicketWakeInput,
} from './input.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import {
  TicketAssignPayload,
  TicketCreatePayload,
  TicketReopenPayload,
  TicketRequesterChangePayload,
  TicketSnoozePayload,
  TicketStatusChangePayload,
  TicketUpdatePayload,
  TicketWakePayload,
} from './payload.ts';
import { reopenTicket } from './reopen.ts';
import { changeRequester } from './requester-change.ts';
import { snoozeTicket } from '../snooze/snooze.ts';
import { changeTicketStatus } from './status-change.ts';
import { Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { updateTicket } from './update.ts';
import { one } from '../../model/lookup/find-one.ts';
import { wakeTicket } from '../snooze/wake.ts';

@Resolver(() => Ticket)
export class TicketResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => Ticket, {
    nullable: true,
    description: 'One ticket by exactly one of its names; null when there is none for the caller.',
  })
  ticket(
    @Arg('id', () => ID, { nullable: true }) id: string | null,
    @Arg('number', () => Int, { nullable: true, description: 'The number that people quote.' })
    number: number | null,
    @Arg('externalId', () => String, {
      nullable: true,
      description: 'The id that the calling app gave it; for people, that any app gave it.',
    })
    externalId: string | null,
    @Ctx() ctx: Context,
  ): Promise<Ticket | null> {
    return one(ctx, { id, number, externalId });
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => TicketConnection, {
    description:
      'The tickets that the caller may see; a requester sees own ones. At most 100 a page.',
  })
  tickets(
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return find(ctx, { filter, orderBy, ...page });
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.AGENT] })
  @Mutation(() => TicketCreatePayload, {
    description: 'Creates a ticket with its first message; a requester for himself only.',
  })
  ticketCreate(
    @Arg('input', () => TicketCreateInput) input: TicketCreateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketCreatePayload> {
    return createTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketUpdatePayload, { description: 'Changes plain fields of a ticket.' })
  ticketUpdate(
    @Arg('input', () => TicketUpdateInput) input: TicketUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketUpdatePayload> {
    return updateTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketStatusChangePayload, {
    description:
      'Moves a ticket to OPEN, PENDING, ON_HOLD or SOLVED, or to a custom status over one of them. NEW is never returned to and nobody closes by hand: both are refused.',
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
      'Sends a SOLVED ticket back to work; a requester an own one. CLOSED stays closed: who replies to such a ticket gets a new one.',
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
      'Hands a ticket to an agent or department with its full history; NEW becomes OPEN.',
  })
  ticketAssign(
    @Arg('input', () => TicketAssignInput) input: TicketAssignInput,
    @Ctx() ctx: Context,
  ): Promise<TicketAssignPayload> {
    return assignTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketSnoozePayload, {
    description: 'Postpones a ticket: it comes back at an instant, or when the requester replies.',
  })
  ticketSnooze(
    @Arg('input', () => TicketSnoozeInput) input: TicketSnoozeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketSnoozePayload> {
    return snoozeTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketWakePayload, {
    description: 'Ends the postponement of a ticket now; one that is awake stays so.',
  })
  ticketWake(
    @Arg('input', () => TicketWakeInput) input: TicketWakeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketWakePayload> {
    return wakeTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketRequesterChangePayload, {
    description:
      'Gives a ticket to another requester, with all that was said in it. The former one sees it no more; the timeline says who it was. Replies that wait to be sent are cancelled.',
  })
  ticketRequesterChange(
    @Arg('input', () => TicketRequesterChangeInput) input: TicketRequesterChangeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketRequesterChangePayload> {
    return changeRequester(ctx, input);
  }
}
