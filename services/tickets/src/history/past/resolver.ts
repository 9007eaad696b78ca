import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { CursorScalar, DateTime } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { cursorOfEvent } from '../event/cursor.ts';
import { FieldChange } from '../event/event.ts';
import { FieldValue, visibleFieldValues } from '../../configuration/field/values.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { ticketById } from '../../model/lookup/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { ticketDiff } from './diff.ts';
import { findTicketsAt, ticketStateAt } from './queries.ts';
import { TicketState, TicketStateConnection } from './state.ts';

@Resolver(() => TicketState)
export class TicketStateResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => TicketStateConnection, {
    description:
      'The states at an instant of the tickets that the caller may see today, by number; at most 100 per page. Tickets that were in the bin or in the spam queue then are left out unless the filter uses `deleted` or `spam`. Permanently deleted tickets have no past.',
  })
  ticketsAt(
    @Arg('time', () => DateTime, { description: 'The instant.' }) time: Date,
    @Arg('filter', () => TicketFilter, {
      nullable: true,
      description:
        'A condition on the states at that instant; durations count from it. Fields that only today’s data can answer, such as `text`, are refused with INVALID.',
    })
    filter: TicketFilter | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<TicketState>> {
    return findTicketsAt(ctx, { time, filter, ...page });
  }

  @FieldResolver(() => CursorScalar, {
    description: 'The cursor of the last event until that instant.',
  })
  cursor(@Root() { event }: TicketState, @Ctx() ctx: Context): string {
    return cursorOfEvent(ctx, event);
  }

  @FieldResolver(() => Ticket, { description: 'The current ticket.' })
  ticket(@Root() { event }: TicketState, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, event.domainEvent.subject);
  }

  @FieldResolver(() => Agent, {
    nullable: true,
    description: 'The assigned agent at that instant.',
  })
  assignee(@Root() { state }: TicketState, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return state.assigneeId ? agentById(ctx, state.assigneeId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department at that instant.',
  })
  department(
    @Root() { state }: TicketState,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return state.departmentId ? departmentById(ctx, state.departmentId) : null;
  }

  @FieldResolver(() => [FieldValue], {
    description:
      'The values of custom fields at that instant, by key. Fields without a value are left out.',
  })
  fields(@Root() { state }: TicketState, @Ctx() ctx: Context): Promise<FieldValue[]> {
    return visibleFieldValues(ctx, state.fields);
  }
}

@Resolver(() => Ticket)
export class TicketPast {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => TicketState, {
    nullable: true,
    description:
      'The state at an instant, after all events until then; null when the ticket did not exist yet. For staff only.',
  })
  at(
    @Root() { id }: Ticket,
    @Arg('time', () => DateTime, { description: 'The instant.' }) time: Date,
    @Ctx() ctx: Context,
  ): Promise<TicketState | null> {
    return ticketStateAt(ctx, id, time);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [FieldChange], {
    nullable: true,
    description:
      'The total changes between two instants. A value that was changed and changed back is left out. For staff only.',
  })
  diff(
    @Root() { id }: Ticket,
    @Arg('from', () => DateTime, {
      description: 'The start of the period; events at this instant count.',
    })
    from: Date,
    @Arg('to', () => DateTime, {
      description:
        'The end of the period; events at this instant do not count. Must be later than `from`.',
    })
    to: Date,
    @Ctx() ctx: Context,
  ): Promise<FieldChange[]> {
    return ticketDiff(ctx, id, from, to);
  }
}
