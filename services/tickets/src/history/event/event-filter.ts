import { isStaff } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { type EntityManager, sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { ticketListFilterToSql } from '../../model/filter/sql.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import {
  isTicketVisible,
  visibleTicketMatches,
  visibleTicketSql,
} from '../../model/rights/visible.ts';
import { canReadBin, canReadTickets } from '../../model/ticket/read-rights.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { currentTickets } from './current-state-cache.ts';

// Which tickets a caller receives events of: visible ones that match the filter now.

/** A condition on `t`. Unlike a ticket list, it includes spam when there is no filter. */
export async function matchingTicketsSql(
  ctx: Context,
  filter: TicketFilter | null | undefined,
): Promise<Condition> {
  const { actor } = ctx;
  if (!filter) return visibleTicketSql(actor);
  const frequentTexts = await findFrequentTexts(ctx, filter);
  return sql`${visibleTicketSql(actor)}
    and ${ticketListFilterToSql(filter, { actor, frequentTexts })}`;
}

/** Whether the caller can see every ticket of the workspace. */
export const canReadAllTickets = ({ actor }: Context): boolean =>
  isStaff(actor) &&
  canReadTickets(actor) &&
  canReadBin(actor) &&
  !actor.filter &&
  !(actor.kind === 'app' && actor.departments.length);

/** Those of the tickets that match the condition, by id. */
export async function matchingTickets(
  ctx: Context,
  condition: Condition,
  ticketIds: readonly string[],
): Promise<Map<string, Ticket>> {
  const tickets = await entities(
    ctx,
    Ticket,
    sql`select t.* from ticket t where t.id = any(${ids('tkt', ticketIds)}) and ${condition}`,
  );
  return new Map(tickets.map((ticket) => [ticket.id, ticket]));
}

/** Refuses a filter that is too complex at the start of a stream instead of at its first event. */
export const refuseComplexFilter = (
  { actor }: Context,
  filter: TicketFilter | null | undefined,
): void => void ticketListFilterToSql(filter, { actor });

/**
 * Those of the tickets that match now, by id. Conditions are evaluated in memory on shared tickets;
 * only those that need the database run a query of their own.
 */
export async function currentMatchingTickets(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  ticketIds: readonly string[],
): Promise<Map<string, Ticket>> {
  const tickets = await currentTickets(ctx, ticketIds);
  const byResult = Map.groupBy(tickets, (ticket) =>
    filter
      ? visibleTicketMatches(filter, ticket, { actor: ctx.actor })
      : isTicketVisible(ctx.actor, ticket),
  );
  const matching = new Map(byResult.get(true)?.map((ticket) => [ticket.id, ticket]));
  const undecidedIds = byResult.get(undefined)?.map(({ id }) => id);
  if (!undecidedIds) return matching;
  const current = ctx.fork();
  try {
    const condition = await matchingTicketsSql(current, filter);
    return new Map([...matching, ...(await matchingTickets(current, condition, undecidedIds))]);
  } finally {
    await current.endSnapshot();
  }
}

/** The ids of all tickets that match the condition; undefined when there are more than `limit`. */
export async function ticketIdsUpTo(
  em: EntityManager,
  condition: Condition,
  limit: number,
): Promise<string[] | undefined> {
  const { rows } = await sql<{ id: string }>`
    select t.id from ticket t where ${condition} limit ${limit + 1}`.execute(em.getKysely());
  return rows.length > limit ? undefined : rows.map(({ id }) => toId('tkt', id));
}
