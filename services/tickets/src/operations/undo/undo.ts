import { LockMode } from '@mikro-orm/postgresql';
import { Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { updateEntities } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import { Operation, type OperationKind, OperationState } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { refuseUnfinishedJob } from '../bulk/queries.ts';
import { operationById } from '../journal/queries.ts';
import type { OperationUndoInput, OperationUndoPayload } from './input.ts';
import { planRevert } from './revert.ts';
import { type UndoPlan, type UndoTarget, lockUndoTargets } from './undo-target.ts';
import { planUngroup } from './ungroup.ts';
import { planUnmerge } from './unmerge.ts';
import { planUnsplit } from './unsplit.ts';

const PLANNERS: Record<
  OperationKind,
  (ctx: Context, operation: Operation, targets: UndoTarget[]) => Promise<UndoPlan>
> = {
  MERGE: planUnmerge,
  SPLIT: planUnsplit,
  GROUP: planUngroup,
  BULK: planRevert,
  MACRO: planRevert,
  DELETE: planRevert,
};

/** An undo requires the same role as the operation itself. */
const REQUIRED_ROLES: Partial<Record<OperationKind, Role>> = {
  GROUP: Role.LEAD,
  DELETE: Role.LEAD,
};

/**
 * Undoes an operation. Refused with UNDO_CONFLICT when later changes conflict with a part of it,
 * unless `partly` is set and another part can be undone. `maxTickets` limits the tickets of a dry
 * run.
 */
export async function undoOperation(
  ctx: Context,
  { id, partly }: OperationUndoInput,
  maxTickets?: number,
): Promise<OperationUndoPayload> {
  const visible = await operationById(ctx, id);
  if (!visible) throw new Refusal('NOT_FOUND', 'id');
  const role = REQUIRED_ROLES[visible.kind];
  if (role && ctx.actor.kind === 'agent' && !hasRole(ctx.actor, role))
    throw new Refusal('FORBIDDEN', 'id');
  const operation = await ctx.em.findOneOrFail(
    Operation,
    { id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  const now = new Date();
  if (operation.state !== OperationState.APPLIED || operation.undoableUntil < now)
    throw new Refusal('UNDO_EXPIRED', 'id');
  await refuseUnfinishedJob(ctx, id);
  const targets = await lockUndoTargets(ctx, operation, maxTickets);
  const versions = targets.map(({ ticket }) => ticket.version);
  const plan = await PLANNERS[operation.kind](ctx, operation, targets);
  const { conflicts } = plan;
  if (conflicts.length && !(partly && plan.isPossible))
    throw new Refusal('UNDO_CONFLICT', 'id', { operation: Object.assign(visible, { conflicts }) });
  ctx.cause = { ...ctx.cause, operationId: id };
  const events = await plan.apply(now);
  operation.state = conflicts.length ? OperationState.PARTLY_UNDONE : OperationState.UNDONE;
  operation.conflicts = conflicts;
  operation.version += 1;
  operation.updatedAt = now;
  await updateEntities(
    ctx,
    Ticket,
    targets.map(({ ticket }) => ticket).filter(({ version }, index) => version !== versions[index]),
  );
  await appendEvents(ctx, events);
  return { operation, userErrors: [] };
}
