import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { Context } from '@deskgraph/common/database/context';
import type { Operation, UndoConflict } from '../../model/operation/operation.ts';
import {
  type UndoField,
  eventFieldNames,
  isSameField,
  isSameJson,
  undoFieldsIn,
} from '../../model/operation/snapshot.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import { openChildrenOf } from '../../model/ticket/open-children.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { type UndoStep, applyUndo } from './undo-apply.ts';
import { type UndoPlan, type UndoTarget, undoConflict } from './undo-target.ts';

/**
 * Plans the undo of a bulk job, macro or deletion: each ticket gets the values of its fields before
 * the operation, except for fields that were changed later. Messages stay.
 */
export async function planRevert(
  ctx: Context,
  operation: Operation,
  targets: UndoTarget[],
): Promise<UndoPlan> {
  const planned = targets.map((target) => planStep(ctx, target));
  const blocked = await ticketsBlockedByChildren(ctx, planned);
  const steps = planned.map((step) =>
    blocked.has(step.target.ticket) ? withoutField(step, 'status') : step,
  );
  const effective = steps.filter(
    ({ fields, tags, customFieldIds }) => fields.length || tags || customFieldIds.length,
  );
  return {
    conflicts: steps.flatMap(({ conflicts }) => conflicts),
    isPossible: effective.length > 0,
    apply: (now) => applyUndo(ctx, operation, effective, now),
  };
}

interface PlannedStep extends UndoStep {
  conflicts: UndoConflict[];
}

/** Fields that are only changed by hand and not on a closed ticket. */
const WORK_FIELDS: ReadonlySet<UndoField> = new Set([
  'status',
  'snooze',
  'escalation',
  'departmentId',
  'assigneeId',
]);
/** Fields that a solved ticket does not have. */
const PENDING_WORK_FIELDS: ReadonlySet<UndoField> = new Set(['snooze', 'escalation']);

function planStep({ actor }: Context, target: UndoTarget): PlannedStep {
  const { ticket, before, after, laterChanges } = target;
  const step: PlannedStep = {
    target,
    fields: [],
    tags: undefined,
    customFieldIds: [],
    conflicts: [],
  };
  const changed = undoFieldsIn(after);
  if (!changed.length) return step;
  if (!isTicketVisible(actor, ticket))
    return { ...step, conflicts: [undoConflict(target, 'departmentId')] };
  if (ticket.deletedAt && !changed.includes('deletedAt'))
    return { ...step, conflicts: [undoConflict(target, 'deletedAt')] };
  for (const field of changed) {
    if (field === 'tags') planTags(step);
    else if (field === 'fields') planCustomFields(step);
    else if (!isSameField(ticket, before, field)) {
      const conflicting =
        eventFieldNames(field).find((name) => laterChanges.has(name)) ??
        (isPreventedByStatus(step, field) ? 'status' : undefined);
      if (!conflicting) step.fields.push(field);
      else if (!step.conflicts.some((conflict) => conflict.field === conflicting))
        step.conflicts.push(undoConflict(target, conflicting));
    }
  }
  return step;
}

/**
 * Whether the field does not apply in the status that the ticket will have. `status` is the first
 * undo field, so it is already planned when snooze and escalation are checked.
 */
function isPreventedByStatus(
  { target: { ticket, before }, fields }: PlannedStep,
  field: UndoField,
): boolean {
  if (ticket.status === TicketStatus.CLOSED) return WORK_FIELDS.has(field);
  const status = fields.includes('status') ? before.status : ticket.status;
  return status === TicketStatus.SOLVED && PENDING_WORK_FIELDS.has(field);
}

/**
 * Removes the tags that the operation added and adds those that it removed. Later changes of other
 * tags do not conflict.
 */
function planTags(step: PlannedStep): void {
  const { ticket, before, after } = step.target;
  const added = after.tags!.filter((name) => !before.tags.includes(name));
  const removed = before.tags.filter((name) => !after.tags!.includes(name));
  const current = new Set(ticket.tags);
  if (isSameJson([...current].sort(), before.tags.toSorted())) return;
  const isChangedLater =
    added.some((name) => !current.has(name)) || removed.some((name) => current.has(name));
  if (isChangedLater) step.conflicts.push(undoConflict(step.target, 'tags'));
  else step.tags = [...ticket.tags.filter((name) => !added.includes(name)), ...removed];
}

function planCustomFields(step: PlannedStep): void {
  const { ticket, before, after, laterChanges } = step.target;
  const changed = Object.keys({ ...before.fields, ...after.fields }).filter(
    (id) =>
      !isSameJson(before.fields[id], after.fields![id]) &&
      !isSameJson(ticket.fields[id], before.fields[id]),
  );
  for (const id of changed)
    if (laterChanges.has(id)) step.conflicts.push(undoConflict(step.target, id));
    else step.customFieldIds.push(id);
}

const withoutField = (step: PlannedStep, field: UndoField): PlannedStep => ({
  ...step,
  fields: step.fields.filter((name) => name !== field),
  conflicts: [
    ...step.conflicts,
    { ticketId: step.target.ticket.id, field, version: step.target.version },
  ],
});

/**
 * The tickets that would become SOLVED again although they have an open child. Children that the
 * same undo solves do not count.
 */
async function ticketsBlockedByChildren(
  ctx: Context,
  steps: readonly PlannedStep[],
): Promise<ReadonlySet<Ticket>> {
  const solved = new Map(
    steps
      .filter(
        ({ fields, target }) =>
          fields.includes('status') && target.before.status === TicketStatus.SOLVED,
      )
      .map(({ target: { ticket } }) => [ticket.id, ticket]),
  );
  const openChildren = await openChildrenOf(ctx, [...solved.keys()]);
  return new Set(
    openChildren
      .filter(({ childId }) => !solved.has(childId))
      .map(({ parentId }) => solved.get(parentId)!),
  );
}
