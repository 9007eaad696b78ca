import { sql } from '@deskgraph/common/database';
import type { Condition } from '@deskgraph/common/filter';
import { newId, uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import type { Ticket } from '../ticket/ticket.ts';
import { Operation, type OperationKind, OperationState } from './operation.ts';
import type { Snapshot } from './snapshot.ts';

const UNDOABLE_MS = 30 * 24 * 3_600_000;

/** What a ticket was in an operation. */
export type Part = 'INTO' | 'FROM';

export interface Touched {
  ticket: Ticket;
  part: Part;
  before: Snapshot;
}

/** Begins the journal of an operation by the caller. */
export function begin(ctx: Context, kind: OperationKind, at: Date): Operation {
  const { kind: actorKind, id: actorId, name: actorName } = ctx.actor;
  return ctx.em.create(Operation, {
    id: newId('opr'),
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
export async function keepTickets(ctx: Context, operation: Operation, touched: readonly Touched[]): Promise<void> {
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
export async function keepMessages(ctx: Context, operation: Operation, moving: Condition): Promise<void> {
  await ctx.em.flush();
  await sql`
    insert into operation_message (workspace_id, operation_id, message_id, ticket_id, home_id)
    select workspace_id, ${uuidOf('opr', operation.id)}::uuid, id, ticket_id, home_id from message where ${moving}`.execute(
    ctx.em.getKysely(),
  );
}
