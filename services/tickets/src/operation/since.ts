import { sql } from '@deskgraph/common/database';
import { toId, uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { factsOf } from '../event/rows.ts';
import type { Ticket } from '../ticket/ticket.ts';
import type { TicketStatus } from '../ticket/words.ts';
import type { Part } from './journal.ts';
import { lockedAll } from './locked.ts';
import type { Operation } from './operation.ts';
import { type Snapshot, readSnapshot } from './snapshot.ts';

/** A ticket that an operation touched, as it is now, with what it was before. */
export interface Piece {
  ticket: Ticket;
  part: Part;
  before: Snapshot;
  /** The status that the operation left it in. */
  became: TicketStatus;
  /** The version of the last fact since that changed a field, by the field's name; of messages that were split off it is `messages`. */
  since: Map<string, number>;
}

/** The tickets of an operation, locked, and what happened to them since. */
export async function piecesOf(ctx: Context, operation: Operation): Promise<Piece[]> {
  const { rows } = await sql<Row>`
    select ticket_id, part, version, before from operation_ticket where operation_id = ${uuidOf('opr', operation.id)}::uuid
  `.execute(ctx.em.getKysely());
  const ids = rows.map(({ ticket_id: id }) => toId('tkt', id));
  const tickets = await lockedAll(
    ctx,
    ids.map((id) => ({ id, field: 'id' })),
  );
  const since = await changesSince(
    ctx,
    rows.map(({ version }, at) => ({ id: ids[at]!, version })),
  );
  return rows.map(({ part, before }, at) => ({
    ticket: tickets[at]!,
    part,
    before: readSnapshot(before),
    became: before.became,
    since: since.get(ids[at]!) ?? new Map<string, number>(),
  }));
}

interface Row {
  ticket_id: string;
  part: Part;
  version: number;
  before: { became: TicketStatus };
}

async function changesSince(ctx: Context, tickets: readonly { id: string; version: number }[]): Promise<Map<string, Map<string, number>>> {
  const { rows } = await sql<{ id: string; field: string; version: number }>`
    select asked.id, changed.field, max(e.version) as version
    from unnest(${tickets.map(({ id }) => id)}::text[], ${tickets.map(({ version }) => version)}::integer[]) as asked(id, since)
    cross join lateral (select e.version, e.type, e.data from ${factsOf(ctx.workspace, sql`asked.id`)} where e.version > asked.since) e
    cross join lateral (
      select jsonb_object_keys(e.data -> 'changes') as field union select 'messages' where e.type = 'ticket.split'
    ) changed group by asked.id, changed.field`.execute(ctx.em.getKysely());
  const found = new Map<string, Map<string, number>>();
  for (const { id, field, version } of rows) found.set(id, (found.get(id) ?? new Map<string, number>()).set(field, version));
  return found;
}
