import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Ticket } from '../ticket/ticket.ts';
import { type TrackedTicket, trackChanges } from './change-tracker.ts';
import { Operation, type OperationKind, OperationState } from './operation.ts';
import { type TicketSnapshot, snapshotDifference, ticketSnapshot } from './snapshot.ts';

const UNDO_PERIOD_MS = 30 * 24 * 3_600_000;

/** The role of a ticket in an operation: its target, a source, or one of several equal tickets. */
export type OperationRole = 'INTO' | 'FROM' | 'EACH';

export interface TouchedTicket {
  ticket: Ticket;
  role: OperationRole;
  before: TicketSnapshot;
}

/**
 * Begins the journal of an operation of the caller. All further events of this transaction name the
 * operation as their cause.
 */
export function beginOperation(ctx: Context, kind: OperationKind, now: Date): Operation {
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
    undoableUntil: new Date(now.getTime() + UNDO_PERIOD_MS),
    createdAt: now,
    updatedAt: now,
  });
}

/**
 * Stores the tickets of an operation with their state before it. Call it after the events of the
 * tickets are built, because it stores their new versions.
 */
export async function recordOperationTickets(
  ctx: Context,
  operation: Operation,
  touched: readonly TouchedTicket[],
): Promise<void> {
  await ctx.em.flush();
  const values = touched.map(
    ({ ticket, role, before }) => sql`(
      ${ctx.workspace}::uuid, ${uuidOf('opr', operation.id)}::uuid,
      ${uuidOf('tkt', ticket.id)}::uuid, ${role}, ${ticket.version}::integer,
      ${JSON.stringify({ ...before, became: ticket.status })}::jsonb)`,
  );
  await execute(
    ctx,
    sql`
      insert into operation_ticket (workspace_id, operation_id, ticket_id, part, version, before)
      values ${sql.join(values)}`,
  );
}

/** Stores the messages `moving` with their tickets, before the operation moves them. */
export async function recordOperationMessages(
  ctx: Context,
  operation: Operation,
  moving: Condition,
): Promise<void> {
  await ctx.em.flush();
  await execute(
    ctx,
    sql`
      insert into operation_message (workspace_id, operation_id, message_id, ticket_id, home_id)
      select workspace_id, ${uuidOf('opr', operation.id)}::uuid, id, ticket_id, home_id
      from message where ${moving}`,
  );
}

/**
 * Runs a part of an operation and stores all ticket fields that it changed, with their values
 * before and after.
 */
export async function trackOperation<T>(
  ctx: Context,
  operationId: string,
  work: () => Promise<T>,
): Promise<T> {
  ctx.cause = { ...ctx.cause, operationId };
  const { result, tracked } = await trackChanges(ctx, work);
  const changed = [...tracked].filter(([ticket, { version }]) => ticket.version !== version);
  await recordChanges(ctx, operationId, changed);
  return result;
}

/**
 * When several parts of one operation change the same ticket, the state before is that of the first
 * part, and the state after that of the last one.
 */
async function recordChanges(
  ctx: Context,
  operationId: string,
  changed: readonly [Ticket, TrackedTicket][],
): Promise<void> {
  await ctx.em.flush();
  if (!changed.length) return;
  const values = changed.map(([ticket, tracked]) => {
    const { before, after } = snapshotDifference(tracked.before, ticketSnapshot(ticket));
    return sql`(
      ${ctx.workspace}::uuid, ${uuidOf('opr', operationId)}::uuid,
      ${uuidOf('tkt', ticket.id)}::uuid, 'EACH', ${ticket.version}::integer,
      ${JSON.stringify(before)}::jsonb, ${JSON.stringify(after)}::jsonb)`;
  });
  await execute(
    ctx,
    sql`
      insert into operation_ticket as stored (
        workspace_id, operation_id, ticket_id, part, version, before, after)
      values ${sql.join(values)}
      on conflict (operation_id, ticket_id) do update set
        before = excluded.before || stored.before, after = stored.after || excluded.after`,
  );
}
