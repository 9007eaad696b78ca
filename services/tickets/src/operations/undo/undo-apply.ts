import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import type { Context } from '@deskgraph/common/database/context';
import type { NewEvent } from '@deskgraph/common/events/types';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { isSameForRequester } from '../../configuration/status/target.ts';
import { ensureTags } from '../../configuration/tag/mutations.ts';
import { fieldById } from '../../model/field/queries.ts';
import type { Operation } from '../../model/operation/operation.ts';
import { type UndoField, restoreField } from '../../model/operation/snapshot.ts';
import {
  isSameStatus,
  statusChangedEvent,
  statusSnapshot,
  ticketEvent,
  ticketUpdatedEvent,
} from '../../model/ticket/events.ts';
import {
  type PublicMessage,
  advanceTimers,
  publicMessagesOf,
} from '../../model/ticket/response-timers.ts';
import { statusAfterAgentAction } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { assignableAgents, openDepartments } from '../../staff/references.ts';
import type { UndoTarget } from './undo-target.ts';

/** The fields of one ticket to restore. */
export interface UndoStep {
  target: UndoTarget;
  fields: UndoField[];
  /** The tags that the ticket will have; undefined when they stay unchanged. */
  tags: string[] | undefined;
  customFieldIds: string[];
}

/** Everything that the steps need, read once for all tickets. */
interface UndoContext {
  now: Date;
  operation: Operation;
  /** By ticket id: the public messages since the operation. */
  messages: ReadonlyMap<string, PublicMessage[]>;
  /** The custom fields that requesters see. */
  publicFieldIds: ReadonlySet<string>;
  /** The agents and departments that a ticket can be assigned to. */
  assignableIds: ReadonlySet<string>;
  /** Tickets whose requester sees the same name for their custom status before and after. */
  withSamePublicStatus: ReadonlySet<Ticket>;
}

const ASSIGNMENT_FIELDS = ['departmentId', 'assigneeId'] as const;
/** Fields whose changes have their own event type, unlike `ticket.updated`. */
const FIELDS_WITH_OWN_EVENT: ReadonlySet<UndoField> = new Set([
  'status',
  'snooze',
  'escalation',
  'deletedAt',
  ...ASSIGNMENT_FIELDS,
]);

/**
 * Restores fields of many tickets with a fixed number of queries. Returns the events to append; the
 * caller stores the tickets.
 */
export async function applyUndo(
  ctx: Context,
  operation: Operation,
  steps: readonly UndoStep[],
  now: Date,
): Promise<NewEvent[]> {
  await ensureTags(
    ctx,
    steps.flatMap(({ tags, target }) =>
      (tags ?? []).filter((name) => !target.ticket.tags.includes(name)),
    ),
  );
  const withStatus = steps
    .filter(({ fields }) => fields.includes('status'))
    .map(({ target }) => target);
  const withStatusIds = withStatus.map(({ ticket }) => ticket.id);
  const undo: UndoContext = {
    now,
    operation,
    messages: withStatusIds.length
      ? await publicMessagesOf(ctx, withStatusIds, operation.createdAt)
      : new Map(),
    publicFieldIds: await publicFieldsOf(ctx, steps),
    assignableIds: await assignableIdsOf(ctx, steps),
    withSamePublicStatus: await ticketsWithSamePublicStatus(ctx, withStatus),
  };
  return steps.flatMap((step) => applyStep(ctx, step, undo));
}

async function publicFieldsOf(
  ctx: Context,
  steps: readonly UndoStep[],
): Promise<ReadonlySet<string>> {
  const fieldIds = [...new Set(steps.flatMap(({ customFieldIds }) => customFieldIds))];
  const fields = await Promise.all(fieldIds.map((id) => fieldById(ctx, id)));
  return new Set(fields.flatMap((field) => (field?.visibleToRequester ? field.id : [])));
}

async function ticketsWithSamePublicStatus(
  ctx: Context,
  targets: readonly UndoTarget[],
): Promise<ReadonlySet<Ticket>> {
  const isSame = await Promise.all(
    targets.map(({ ticket, before }) => isSameForRequester(ctx, statusSnapshot(ticket), before)),
  );
  return new Set(targets.filter((_, index) => isSame[index]).map(({ ticket }) => ticket));
}

async function assignableIdsOf(
  ctx: Context,
  steps: readonly UndoStep[],
): Promise<ReadonlySet<string>> {
  const idsIn = (field: (typeof ASSIGNMENT_FIELDS)[number]): string[] => [
    ...new Set(
      steps.flatMap(({ target: { ticket, before } }) =>
        [ticket[field], before[field]].flatMap((id) => id ?? []),
      ),
    ),
  ];
  return new Set([
    ...(await openDepartments(ctx, idsIn('departmentId'))),
    ...(await assignableAgents(ctx, idsIn('assigneeId'))),
  ]);
}

function applyStep(ctx: Context, step: UndoStep, undo: UndoContext): NewEvent[] {
  const { now, operation } = undo;
  const { ticket } = step.target;
  const events = [
    ticketEvent('operation.undone', ticket, {
      occurredAt: now,
      operationId: operation.id,
      kind: operation.kind,
      internal: true,
    }),
  ];
  const changes = undoPlainFields(step);
  const publicFields = Object.keys(changes).filter((field) => undo.publicFieldIds.has(field));
  if (Object.keys(changes).length)
    events.push(ticketUpdatedEvent(ticket, changes, { occurredAt: now, publicFields }));
  const assignment = undoAssignment(step, undo);
  if (Object.keys(assignment).length)
    events.push(ticketEvent('ticket.assigned', ticket, { occurredAt: now, changes: assignment }));
  if (step.fields.includes('status')) events.push(...undoStatus(step, undo));
  if (step.fields.includes('snooze')) events.push(undoSnooze(step, now));
  if (step.fields.includes('escalation')) events.push(undoEscalation(step, now));
  if (step.fields.includes('deletedAt')) events.push(undoDeletion(step, now));
  for (const wakeAt of [ticket.closesAt, ticket.snoozedUntil, ticket.escalatesAt])
    if (wakeAt) scheduleWakeup(ctx, wakeAt);
  return events;
}

function undoPlainFields({
  target: { ticket, before },
  fields,
  tags,
  customFieldIds,
}: UndoStep): Changes {
  const changes: Changes = {};
  for (const field of fields.filter((name) => !FIELDS_WITH_OWN_EVENT.has(name))) {
    const from = ticket[field];
    restoreField(ticket, before, field);
    changes[field] = [from, ticket[field]];
  }
  if (tags) changes['tags'] = [ticket.tags, (ticket.tags = tags)];
  const values = { ...ticket.fields };
  for (const id of customFieldIds) {
    const value = before.fields[id];
    changes[id] = [values[id] ?? null, value ?? null];
    if (value === undefined) delete values[id];
    else values[id] = value;
  }
  if (customFieldIds.length) ticket.fields = values;
  return changes;
}

/**
 * Agents and departments that can no longer be assigned are not restored. A ticket that returns to
 * work also loses a current one, so that it appears in a queue.
 */
function undoAssignment(
  { target: { ticket, before }, fields }: UndoStep,
  { assignableIds }: UndoContext,
): Changes {
  const returnsToWork = fields.includes('status') && ticket.status === TicketStatus.SOLVED;
  const changes: Changes = {};
  for (const field of ASSIGNMENT_FIELDS) {
    const from = ticket[field];
    const isRestored = fields.includes(field);
    if (isRestored) restoreField(ticket, before, field);
    const to = ticket[field];
    if (to && !assignableIds.has(to) && (returnsToWork || isRestored)) ticket[field] = null;
    if (ticket[field] !== from) changes[field] = [from, ticket[field]];
  }
  return changes;
}

/**
 * The requester waits again, unless a message since the operation has answered. A ticket that an
 * agent has answered or was assigned to since does not become NEW again.
 */
function undoStatus(
  { target: { ticket, before, laterChanges } }: UndoStep,
  { now, messages, withSamePublicStatus }: UndoContext,
): NewEvent[] {
  const from = statusSnapshot(ticket);
  restoreField(ticket, before, 'status');
  const isHandledSince = ticket.handled && !before.handled;
  if (isHandledSince || (ticket.assigneeId && laterChanges.has('assigneeId')))
    ticket.status = statusAfterAgentAction(ticket.status);
  ticket.waitingSince = advanceTimers(before, messages.get(ticket.id) ?? []).waitingSince;
  return isSameStatus(from, ticket)
    ? []
    : [
        statusChangedEvent(ticket, from, {
          occurredAt: now,
          looksTheSame: withSamePublicStatus.has(ticket),
        }),
      ];
}

function undoSnooze({ target: { ticket, before } }: UndoStep, now: Date): NewEvent {
  const from = ticket.snooze;
  restoreField(ticket, before, 'snooze');
  const changes: Changes = { snooze: [from, ticket.snooze] };
  const details = { occurredAt: now, changes, internal: true };
  return ticket.snooze
    ? ticketEvent('ticket.snoozed', ticket, details)
    : ticketEvent('ticket.woken', ticket, { ...details, cause: 'undo' });
}

function undoEscalation({ target: { ticket, before } }: UndoStep, now: Date): NewEvent {
  const from = ticket.escalation;
  restoreField(ticket, before, 'escalation');
  const type = ticket.escalation ? 'ticket.escalated' : 'ticket.escalation_ended';
  return ticketEvent(type, ticket, {
    occurredAt: now,
    cause: 'undo',
    changes: { escalation: [from, ticket.escalation] },
    internal: true,
  });
}

function undoDeletion({ target: { ticket, before } }: UndoStep, now: Date): NewEvent {
  const from = ticket.deletedAt;
  restoreField(ticket, before, 'deletedAt');
  return ticketEvent('ticket.restored', ticket, {
    occurredAt: now,
    changes: { deletedAt: [from, null] },
    internal: true,
  });
}
