import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Ticket } from '../ticket/ticket.ts';
import { Operation, type OperationKind, OperationState } from './operation.ts';
import { type TrackedTicket, trackChanges } from './change-tracker.ts';
import { type TicketSnapshot, snapshotDifference, ticketSnapshot } from './snapshot.ts';

const UNDOABLE_MS = 30 * 24 * 3_600_000;

/** What a ticket was in an operation: one of two ends, or one of those to which the same was done. */
export type OperationRole = 'INTO' | 'FROM' | 'EACH';

export interface TouchedTicket {
  ticket: Ticket;
  part: OperationRole;
  before: TicketSnapshot;
}

/** Begins the journal of an operation by the caller; each fact of this transaction says from now on that it came of it. */
export function beginOperation(ctx: Context, kind: OperationKind, at: Date): Operation {
  const { kind: actorKind, id: actorId, name: actorName } = ctx.actor;
  const id = newId('opr');
  ctx.cause = { ...ctx.cause, operationId: id };
  return ctx.em.create(Operation, {
    id,
    workspaceId: ctx.workspace,
    kind,
    state: OperationState.APPLIED,
    actorKind,
    actorId,
    actorName,
    undoableUntil: new Date(at.getTime() + UNDOABLE_MS),
    createdAt: at,
    updatedAt: at,
  });
}

/** Keeps which tickets were touched, and how they stood before; after the facts about them. */
export async function recordOperationTickets(
  ctx: Context,
  operation: Operation,
  touched: readonly TouchedTicket[],
): Promise<void> {
  await ctx.em.flush();
  const rows = touched.map(
    ({ ticket, part, before }) => sql`(
      ${ctx.workspace}::uuid, ${uuidOf('opr', operation.id)}::uuid, ${uuidOf('tkt', ticket.id)}::uuid, ${part}, ${ticket.version}::integer,
      ${JSON.stringify({ ...before, became: ticket.status })}::jsonb)`,
  );
  await sql`insert into operation_ticket (workspace_id, operation_id, ticket_id, part, version, before) values ${sql.join(rows)}`.execute(
    ctx.em.getKysely(),
  );
}

/** Keeps which messages are about to move. */
export async function recordOperationMessages(
  ctx: Context,
  operation: Operation,
  moving: Condition,
): Promise<void> {
  await ctx.em.flush();
  await sql`
    insert into operation_message (workspace_id, operation_id, message_id, ticket_id, home_id)
    select workspace_id, ${uuidOf('opr', operation.id)}::uuid, id, ticket_id, home_id from message where ${moving}`.execute(
    ctx.em.getKysely(),
  );
}

/** Does a part of an operation: all that it changes of tickets is kept, field by field, with how it was before. */
export async function trackOperation<T>(
  ctx: Context,
  operationId: string,
  work: () => Promise<T>,
): Promise<T> {
  ctx.cause = { ...ctx.cause, operationId };
  const { result, noted } = await trackChanges(ctx, work);
  await keepChanges(
    ctx,
    operationId,
    [...noted].filter(([ticket, { version }]) => ticket.version !== version),
  );
  return result;
}

/** Of a ticket that one operation changes in several parts, the first says how it was, and the last how it became. */
async function keepChanges(
  ctx: Context,
  operationId: string,
  changed: readonly [Ticket, TrackedTicket][],
): Promise<void> {
  await ctx.em.flush();
  if (!changed.length) return;
  const rows = changed.map(([ticket, noted]) => {
    const { before, after } = snapshotDifference(noted.before, ticketSnapshot(ticket));
    return sql`(
      ${ctx.workspace}::uuid, ${uuidOf('opr', operationId)}::uuid, ${uuidOf('tkt', ticket.id)}::uuid, 'EACH', ${ticket.version}::integer,
      ${JSON.stringify(before)}::jsonb, ${JSON.stringify(after)}::jsonb)`;
  });
  await sql`
    insert into operation_ticket as kept (workspace_id, operation_id, ticket_id, part, version, before, after) values ${sql.join(rows)}
    on conflict (operation_id, ticket_id) do update set before = excluded.before || kept.before, after = kept.after || excluded.after`.execute(
    ctx.em.getKysely(),
  );
}
