import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { CursorScalar, DateTime } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { cursorOf } from '../event/cursor.ts';
import { FieldChange } from '../event/event.ts';
import { FieldValue, visibleFieldValues } from '../../configuration/field/values.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { byId as ticketById } from '../../model/lookup/find.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { ticketStateAt } from './at.ts';
import { ticketDiff } from './diff.ts';
import { findTicketsAt } from './find.ts';
import { TicketState, TicketStateConnection } from './state.ts';

@Resolver(() => TicketState)
export class TicketStateResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => TicketStateConnection, {
    description:
      'The tickets that the caller may see today as they stood at an instant, by number; at most 100 a page. What was in the bin or in the spam queue then is left out unless the filter asks for it; tickets that are removed for ever have no past.',
  })
  ticketsAt(
    @Arg('time', () => DateTime, { description: 'The instant.' }) time: Date,
    @Arg('filter', () => TicketFilter, {
      nullable: true,
      description:
        'What held then; lengths of time are counted back from then. Refused by name is what only today’s data can answer, such as `text`.',
    })
    filter: TicketFilter | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<TicketState>> {
    return findTicketsAt(ctx, { time, filter, ...page });
  }

  @FieldResolver(() => CursorScalar, {
    description: 'Where the last fact stands that had happened by then.',
  })
  cursor(@Root() { event }: TicketState, @Ctx() ctx: Context): string {
    return cursorOf(ctx, event);
  }

  @FieldResolver(() => Ticket, { description: 'The ticket as it is today.' })
  ticket(@Root() { event }: TicketState, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, event.fact.subject);
  }

  @FieldResolver(() => Agent, { nullable: true, description: 'The agent in charge then.' })
  assignee(@Root() { state }: TicketState, @Ctx() ctx: Context): Promise<Agent | null> | null {
    return state.assigneeId ? agentById(ctx, state.assigneeId) : null;
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department that held it then.',
  })
  department(
    @Root() { state }: TicketState,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return state.departmentId ? departmentById(ctx, state.departmentId) : null;
  }

  @FieldResolver(() => [FieldValue], {
    description:
      'The values that custom fields had then, by key; those without a value are left out.',
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
      'How it stood at an instant, by all that had happened until then; null when there was no such ticket yet. For staff only.',
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
      'What changed between two instants in all; what was changed and changed back is left out. For staff only.',
  })
  diff(
    @Root() { id }: Ticket,
    @Arg('from', () => DateTime, { description: 'From this instant on.' }) from: Date,
    @Arg('to', () => DateTime, { description: 'Until this instant, which is left out.' }) to: Date,
    @Ctx() ctx: Context,
  ): Promise<FieldChange[]> {
    return ticketDiff(ctx, id, from, to);
  }
}
