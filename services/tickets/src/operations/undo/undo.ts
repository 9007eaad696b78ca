import { Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import { updateEntities } from '@deskgraph/common/database/query';
import type { Context } from '@deskgraph/common/database/context';
import { Ticket } from '../../model/ticket/ticket.ts';
import { LockMode } from '@mikro-orm/postgresql';
import { byId } from './find.ts';
import type { OperationUndoInput, OperationUndoPayload } from './input.ts';
import { Operation, type OperationKind, OperationState } from '../../model/operation/operation.ts';
import { refuseUnended } from '../bulk/assert-finished.ts';
import type { Undoing } from './conflict.ts';
import { revert } from './revert.ts';
import { type Piece, piecesOf } from './later-changes.ts';
import { ungroup } from './ungroup.ts';
import { unmerge } from './unmerge.ts';
import { unsplit } from './unsplit.ts';

const UNDOINGS: Record<
  OperationKind,
  (ctx: Context, operation: Operation, pieces: Piece[]) => Promise<Undoing>
> = {
  MERGE: unmerge,
  SPLIT: unsplit,
  GROUP: ungroup,
  BULK: revert,
  MACRO: revert,
  DELETE: revert,
};

/** What only some may do, only they take back. */
const NEEDS: Partial<Record<OperationKind, Role>> = { GROUP: Role.LEAD, DELETE: Role.LEAD };

/** Takes an operation back; refused, with what stands against it, unless the rest is wanted. `most`: no more tickets than these, in a rehearsal. */
export async function undo(
  ctx: Context,
  { id, partly }: OperationUndoInput,
  most?: number,
): Promise<OperationUndoPayload> {
  const known = await byId(ctx, id);
  if (!known) throw new Refusal('NOT_FOUND', 'id');
  const role = NEEDS[known.kind];
  if (role && ctx.actor.kind === 'agent' && !hasRole(ctx.actor, role))
    throw new Refusal('FORBIDDEN', 'id');
  const operation = await ctx.em.findOneOrFail(
    Operation,
    { id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  const at = new Date();
  if (operation.state !== OperationState.APPLIED || operation.undoableUntil < at)
    throw new Refusal('UNDO_EXPIRED', 'id');
  await refuseUnended(ctx, id);
  const pieces = await piecesOf(ctx, operation, most);
  const versions = pieces.map(({ ticket }) => ticket.version);
  const undoing = await UNDOINGS[operation.kind](ctx, operation, pieces);
  const { conflicts, possible } = undoing;
  if (conflicts.length && !(partly && possible))
    throw new Refusal('UNDO_CONFLICT', 'id', { operation: Object.assign(known, { conflicts }) });
  ctx.cause = { ...ctx.cause, operationId: id };
  const facts = await undoing.apply(at);
  operation.state = conflicts.length ? OperationState.PARTLY_UNDONE : OperationState.UNDONE;
  operation.conflicts = conflicts;
  operation.version += 1;
  operation.updatedAt = at;
  await updateEntities(
    ctx,
    Ticket,
    pieces.map(({ ticket }) => ticket).filter(({ version }, index) => version !== versions[index]),
  );
  await appendEvents(ctx, facts);
  return { operation, userErrors: [] };
}
