import { type EntityManager, hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { isStaff } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { ticketListFilterToSql } from '../../model/filter/sql.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { canReadTickets, canReadBin } from '../../model/ticket/read-rights.ts';
import {
  visibleTicketMatches,
  isTicketVisible,
  visibleTicketSql,
} from '../../model/rights/visible.ts';
import { currentTickets } from './current-state-cache.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';

/** The tickets that the caller may see and that the filter lets through, as they are now; a condition on `t`. Without a filter spam is told of as well. */
export async function matchingTicketsSql(
  ctx: Context,
  filter: TicketFilter | null | undefined,
): Promise<Condition> {
  return filter
    ? sql`${visibleTicketSql(ctx.actor)} and ${ticketListFilterToSql(filter, { actor: ctx.actor, frequentTexts: await findFrequentTexts(ctx, filter) })}`
    : visibleTicketSql(ctx.actor);
}

/** May the caller see every ticket of the workspace? */
export const canReadAllTickets = ({ actor }: Context): boolean =>
  isStaff(actor) &&
  canReadTickets(actor) &&
  canReadBin(actor) &&
  !actor.filter &&
  !(actor.kind === 'app' && actor.departments.length);

/** Which of these tickets are wanted. */
export async function matchingTickets(
  ctx: Context,
  condition: Condition,
  ids: readonly string[],
): Promise<Map<string, Ticket>> {
  const em = await ctx.read();
  const { rows } =
    await sql<object>`select t.* from ticket t where t.id = any(${uuidArray('tkt', ids)}) and ${condition}`.execute(
      em.getKysely(),
    );
  return new Map(hydrate(ctx.orm, Ticket, rows).map((ticket) => [ticket.id, ticket]));
}

/** A filter that is too much is refused when a stream begins, and not with its first fact. */
export const refuseComplexFilter = (
  { actor }: Context,
  filter: TicketFilter | null | undefined,
): void => void ticketListFilterToSql(filter, { actor });

/** Which of these tickets are wanted now. Only what can't be said of a ticket at hand is asked by a statement of its own. */
export async function currentMatchingTickets(
  ctx: Context,
  filter: TicketFilter | null | undefined,
  ids: readonly string[],
): Promise<Map<string, Ticket>> {
  const tickets = await currentTickets(ctx, ids);
  const answers = Map.groupBy(tickets, (ticket) =>
    filter
      ? visibleTicketMatches(filter, ticket, { actor: ctx.actor })
      : isTicketVisible(ctx.actor, ticket),
  );
  const found = new Map(answers.get(true)?.map((ticket) => [ticket.id, ticket]));
  const unsure = answers.get(undefined)?.map(({ id }) => id);
  if (!unsure) return found;
  const now = ctx.fork();
  try {
    return new Map([
      ...found,
      ...(await matchingTickets(now, await matchingTicketsSql(now, filter), unsure)),
    ]);
  } finally {
    await now.endSnapshot();
  }
}

/** The ids of all wanted tickets, if they are at most `limit`. */
export async function ticketIdsUpTo(
  em: EntityManager,
  condition: Condition,
  limit: number,
): Promise<string[] | undefined> {
  const { rows } = await sql<{
    id: string;
  }>`select t.id from ticket t where ${condition} limit ${limit + 1}`.execute(em.getKysely());
  return rows.length > limit ? undefined : rows.map(({ id }) => toId('tkt', id));
}
