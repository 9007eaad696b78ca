import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { execute, ids } from '@deskgraph/common/database/query';
import type { TicketLinkKind } from './link.ts';

/** The tickets among these that have unsolved tickets linked to them by one of these kinds. */
export async function ticketsWithOpenLinks(
  ctx: Context,
  ticketIds: readonly string[],
  kinds: readonly `${TicketLinkKind}`[],
): Promise<ReadonlySet<string>> {
  await ctx.em.flush();
  const links = await execute(
    ctx,
    sql<{ ticket_id: string }>`
      select distinct l.ticket_id from ticket_link l join ticket t on t.id = l.other_id
      where l.ticket_id = any(${ids('tkt', ticketIds)}) and l.kind = any(${kinds}::text[])
        and t.status not in ('SOLVED', 'CLOSED') and t.deleted_at is null`,
  );
  return new Set(links.map((link) => toId('tkt', link.ticket_id)));
}

/** The unsolved children of these tickets, each with its parent. */
export async function openChildrenOf(
  ctx: Context,
  ticketIds: readonly string[],
): Promise<{ parentId: string; childId: string }[]> {
  if (!ticketIds.length) return [];
  const links = await execute(
    ctx,
    sql<{ ticket_id: string; other_id: string }>`
      select l.ticket_id, l.other_id from ticket_link l join ticket t on t.id = l.other_id
      where l.ticket_id = any(${ids('tkt', ticketIds)}) and l.kind = 'CHILD'
        and t.status not in ('SOLVED', 'CLOSED') and t.deleted_at is null`,
  );
  return links.map((link) => ({
    parentId: toId('tkt', link.ticket_id),
    childId: toId('tkt', link.other_id),
  }));
}

/** A parent is not solved before its children. */
export async function refuseOpenChildren(ctx: Context, id: string, field: string): Promise<void> {
  const { childIds } = await dependentsOf(ctx, id);
  if (childIds.length && (await ticketsWithOpenLinks(ctx, [id], ['CHILD'])).has(id))
    throw new Refusal('CHILDREN_OPEN', field);
}

interface Dependents {
  childIds: string[];
  incidentIds: string[];
}

/**
 * The children and incidents of a locked ticket. The lock keeps other transactions from linking or
 * unlinking tickets until the transaction ends.
 */
export const dependentsOf = (ctx: Context, id: string): Promise<Dependents> =>
  ctx.load.byKey<Dependents>('ticket dependents', id, (tickets) => findDependents(ctx, tickets), {
    childIds: [],
    incidentIds: [],
  });

async function findDependents(
  ctx: Context,
  ticketIds: readonly string[],
): Promise<Map<string, Dependents>> {
  const tickets = await execute(
    ctx,
    sql<{ ticket_id: string; children: string[]; incidents: string[] }>`
      select ticket_id,
        coalesce(array_agg(other_id::text) filter (where kind = 'CHILD'), '{}') as children,
        coalesce(array_agg(other_id::text) filter (where kind = 'INCIDENT'), '{}') as incidents
      from ticket_link
      where ticket_id = any(${ids('tkt', ticketIds)}) and kind in ('CHILD', 'INCIDENT')
      group by ticket_id`,
  );
  const typed = (uuids: string[]): string[] => uuids.map((uuid) => toId('tkt', uuid));
  return new Map(
    tickets.map(({ ticket_id: id, children, incidents }) => [
      toId('tkt', id),
      { childIds: typed(children), incidentIds: typed(incidents) },
    ]),
  );
}
