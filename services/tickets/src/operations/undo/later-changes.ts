import { hydrate, sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { factsOfAll } from '../../history/event/queries.ts';
import { lockCustomStatusesForShare } from '../../configuration/status/target.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { OperationRole } from '../../model/operation/journal.ts';
import { lockTicketRows } from '../../model/lookup/lock.ts';
import type { Operation } from '../../model/operation/operation.ts';
import { type TicketSnapshot, parseSnapshot } from '../../model/operation/snapshot.ts';

/** A ticket that an operation touched, as it is now, with what it was before. */
export interface Piece {
  ticket: Ticket;
  part: OperationRole;
  before: TicketSnapshot;
  /** What the operation made of it, where that is kept field by field. */
  after: Partial<TicketSnapshot>;
  /** The status that the operation left it in, where tickets were folded or cut. */
  became: TicketStatus;
  /** The version that the operation made. */
  version: number;
  /** The version of the last fact since that changed a field, by the field's name; of messages that were split off it is `messages`. */
  since: ReadonlyMap<string, number>;
}

interface Row {
  ticket_id: string;
  part: OperationRole;
  version: number;
  before: { became: TicketStatus; customStatusId?: string | null };
  after: object | null;
}

/** The tickets of an operation, locked, and what others did to them since. What is changed of them is to be stored. */
export async function piecesOf(
  ctx: Context,
  operation: Operation,
  most?: number,
): Promise<Piece[]> {
  const { rows } = await sql<Row>`
    select ticket_id, part, version, before, after from operation_ticket where operation_id = ${uuidOf('opr', operation.id)}::uuid
    order by ticket_id limit ${most ?? null}`.execute(ctx.em.getKysely());
  const parts = rows.map(({ ticket_id: id, part, version, before, after }) => ({
    id: toId('tkt', id),
    part,
    version,
    before,
    after,
  }));
  const locked = await lockTicketRows(
    ctx,
    parts.map(({ id }) => id),
  );
  const tickets = new Map(hydrate(ctx.orm, Ticket, locked).map((ticket) => [ticket.id, ticket]));
  const statuses = await lockCustomStatusesForShare(
    ctx,
    parts.flatMap(({ before }) => before.customStatusId ?? []),
  );
  const kept = new Set(statuses.map(({ id }) => id));
  const since = await changesSince(ctx, operation, parts);
  return parts
    .filter(({ id }) => tickets.has(id))
    .map(({ id, part, version, before, after }) => ({
      ticket: tickets.get(id)!,
      part,
      before: parseSnapshot(before, kept),
      after: parseSnapshot(after ?? {}, kept),
      became: before.became,
      version,
      since: since.get(id) ?? new Map<string, number>(),
    }));
}

/** Messages are not moved out of tickets, or into them, that are not there for the caller. */
export function refuseGone({ actor }: Context, pieces: readonly Piece[]): void {
  if (!pieces.every(({ ticket }) => isTicketVisible(actor, ticket)))
    throw new Refusal('NOT_FOUND', 'id');
  if (pieces.some(({ ticket }) => ticket.deletedAt)) throw new Refusal('TICKET_DELETED', 'id');
}

async function changesSince(
  ctx: Context,
  { id: operationId }: Operation,
  tickets: readonly { id: string; version: number }[],
): Promise<Map<string, Map<string, number>>> {
  const ids = tickets.map(({ id }) => id);
  const { rows } = await sql<{ id: string; field: string; version: number }>`
    select asked.id, changed.field, max(e.version) as version
    from unnest(${ids}::text[], ${tickets.map(({ version }) => version)}::integer[]) as asked(id, since)
    join ${factsOfAll(ctx.workspace, ids)} on e.subject = asked.id and e.version > asked.since
    cross join lateral (
      select jsonb_object_keys(e.data -> 'changes') as field union select 'messages' where e.type = 'ticket.split'
    ) changed where (e.data #>> '{because,operationId}') is distinct from ${operationId} group by asked.id, changed.field`.execute(
    ctx.em.getKysely(),
  );
  const found = new Map<string, Map<string, number>>();
  for (const { id, field, version } of rows)
    found.set(id, (found.get(id) ?? new Map<string, number>()).set(field, version));
  return found;
}
