import { sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { TicketLinkKind } from './link.ts';

/** Which of these tickets have others linked to them in one of these ways that are not solved yet. */
export async function ticketsWithOpenLinks(
  ctx: Context,
  ids: readonly string[],
  kinds: readonly `${TicketLinkKind}`[],
): Promise<ReadonlySet<string>> {
  await ctx.em.flush();
  const { rows } = await sql<{ ticket_id: string }>`
    select distinct l.ticket_id from ticket_link l join ticket t on t.id = l.other_id
    where l.ticket_id = any(${uuidArray('tkt', ids)}) and l.kind = any(${kinds}::text[])
      and t.status not in ('SOLVED', 'CLOSED') and t.deleted_at is null`.execute(
    ctx.em.getKysely(),
  );
  return new Set(rows.map(({ ticket_id: id }) => toId('tkt', id)));
}

/** The parts of these tickets that are not solved yet, each with its whole. */
export async function openChildrenOf(
  ctx: Context,
  ids: readonly string[],
): Promise<{ wholeId: string; partId: string }[]> {
  if (!ids.length) return [];
  const { rows } = await sql<{ ticket_id: string; other_id: string }>`
    select l.ticket_id, l.other_id from ticket_link l join ticket t on t.id = l.other_id
    where l.ticket_id = any(${uuidArray('tkt', ids)}) and l.kind = 'CHILD' and t.status not in ('SOLVED', 'CLOSED') and t.deleted_at is null
  `.execute(ctx.em.getKysely());
  return rows.map(({ ticket_id: whole, other_id: part }) => ({
    wholeId: toId('tkt', whole),
    partId: toId('tkt', part),
  }));
}

/** A whole is not solved before its parts. */
export async function refuseOpenChildren(ctx: Context, id: string, field: string): Promise<void> {
  const { parts } = await dependentsOf(ctx, id);
  if (parts.length && (await ticketsWithOpenLinks(ctx, [id], ['CHILD'])).has(id))
    throw new Refusal('CHILDREN_OPEN', field);
}

interface Dependents {
  parts: string[];
  incidents: string[];
}

/** The ids of what hangs on a ticket that is locked: nobody links or unlinks it until the transaction ends. */
export const dependentsOf = (ctx: Context, id: string): Promise<Dependents> =>
  ctx.load.byKey<Dependents>('below tickets', id, (ids) => findDependents(ctx, ids), {
    parts: [],
    incidents: [],
  });

async function findDependents(
  ctx: Context,
  ids: readonly string[],
): Promise<Map<string, Dependents>> {
  const { rows } = await sql<{ ticket_id: string; parts: string[]; incidents: string[] }>`
    select ticket_id, coalesce(array_agg(other_id::text) filter (where kind = 'CHILD'), '{}') as parts,
      coalesce(array_agg(other_id::text) filter (where kind = 'INCIDENT'), '{}') as incidents
    from ticket_link where ticket_id = any(${uuidArray('tkt', ids)}) and kind in ('CHILD', 'INCIDENT') group by ticket_id`.execute(
    ctx.em.getKysely(),
  );
  const typed = (all: string[]): string[] => all.map((id) => toId('tkt', id));
  return new Map(
    rows.map(({ ticket_id: id, parts, incidents }) => [
      toId('tkt', id),
      { parts: typed(parts), incidents: typed(incidents) },
    ]),
  );
}
