import type {
  Changes,
  TicketEventDetails,
  TicketEventType,
} from '@deskgraph/common/contract/ticket-events';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { TicketEventState } from '@deskgraph/common/contract/ticket-state';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import type { Ticket } from './ticket.ts';

/** The state of the ticket that each of its events contains: all fields, without its messages. */
export const ticketState = (ticket: Ticket): TicketEventState => ({
  number: ticket.number,
  externalId: ticket.externalId,
  subject: ticket.subject,
  status: ticket.status,
  customStatusId: ticket.customStatusId,
  priority: ticket.priority,
  channel: ticket.channel,
  origin: ticket.origin,
  formId: ticket.formId,
  categoryId: ticket.categoryId,
  departmentId: ticket.departmentId,
  assigneeId: ticket.assigneeId,
  requesterId: ticket.requesterId,
  requesterName: ticket.requesterName,
  ccIds: ticket.ccIds,
  followerIds: ticket.followerIds,
  organizationId: ticket.organizationId,
  product: ticket.product,
  tags: ticket.tags,
  fields: ticket.fields,
  locale: ticket.locale,
  createdAt: ticket.createdAt.toISOString(),
  waitingSince: toIso(ticket.waitingSince),
  handled: ticket.handled,
  firstReplyAt: toIso(ticket.firstReplyAt),
  solvedAt: toIso(ticket.solvedAt),
  solvedById: ticket.solvedById,
  resolutionCode: ticket.resolutionCode,
  resolutionText: ticket.resolutionText,
  closesAt: toIso(ticket.closesAt),
  closedAt: toIso(ticket.closedAt),
  reopenCount: ticket.reopenCount,
  transferCount: ticket.transferCount,
  followUpOfId: ticket.followUpOfId,
  mergedIntoId: ticket.mergedIntoId,
  splitFromId: ticket.splitFromId,
  problemId: ticket.problemId,
  snooze: snoozeState(ticket),
  escalation: ticket.escalation,
  spam: ticket.spam,
  deletedAt: toIso(ticket.deletedAt),
});

const toIso = (instant: Date | null): string | null => instant?.toISOString() ?? null;

const snoozeState = ({
  snooze,
  snoozedAt,
  snoozedByKind: kind,
  snoozedById: id,
  snoozedByName: name,
}: Ticket): TicketEventState['snooze'] =>
  snooze && { ...snooze, since: toIso(snoozedAt), by: { kind, id, name } };

export interface TicketEventOptions extends Pick<NewEvent, 'occurredAt' | 'actor'> {
  /** Requesters do not see the event. */
  internal?: boolean;
}

/** The status of a ticket and the custom status that refines it. */
export type StatusSnapshot = Pick<Ticket, 'status' | 'customStatusId'>;

export const statusSnapshot = ({ status, customStatusId }: StatusSnapshot): StatusSnapshot => ({
  status,
  customStatusId,
});

export const isSameStatus = (a: StatusSnapshot, b: StatusSnapshot): boolean =>
  a.status === b.status && a.customStatusId === b.customStatusId;

interface StatusChangeDetails
  extends TicketEventOptions, Omit<TicketEventDetails['ticket.status_changed'], 'changes'> {
  /** Other fields that the status change also changed. */
  changes?: Changes | undefined;
  /** The requester sees the same name for the custom status before and after. */
  looksTheSame?: boolean;
}

/**
 * The event of a status change. It is internal when the requester sees the same status before and
 * after.
 *
 * @example
 * const before = statusSnapshot(ticket);
 * applyStatus(ticket, TicketStatus.OPEN, now, closeAfter);
 * await appendEvents(ctx, [statusChangedEvent(ticket, before, { occurredAt: now })]);
 */
export function statusChangedEvent(
  ticket: Ticket,
  before: StatusSnapshot,
  { changes, looksTheSame, ...details }: StatusChangeDetails = {},
): NewEvent {
  const [publicBefore, publicAfter] = [publicStatus(before), publicStatus(ticket)];
  const isRenamed = publicBefore.customStatusId !== publicAfter.customStatusId && !looksTheSame;
  return ticketEvent('ticket.status_changed', ticket, {
    changes: {
      ...(before.status !== ticket.status && { status: [before.status, ticket.status] }),
      ...(before.customStatusId !== ticket.customStatusId && {
        customStatusId: [before.customStatusId, ticket.customStatusId],
      }),
      ...changes,
    },
    internal: publicBefore.status === publicAfter.status && !isRenamed,
    ...(isRenamed && { publicFields: ['customStatusId'] }),
    ...details,
  });
}

/** Requesters see neither ON_HOLD nor the custom status that refines it. */
const publicStatus = (snapshot: StatusSnapshot): StatusSnapshot =>
  snapshot.status === TicketStatus.ON_HOLD
    ? { status: TicketStatus.OPEN, customStatusId: null }
    : snapshot;

const INTERNAL_FIELDS: ReadonlySet<string> = new Set(['tags', 'externalId']);

/**
 * The event of a change of plain fields. `publicFields` lists the changed custom fields that
 * requesters see.
 */
export const ticketUpdatedEvent = (
  ticket: Ticket,
  changes: Changes,
  {
    publicFields,
    ...details
  }: TicketEventOptions & { publicFields: readonly string[]; cause?: string },
): NewEvent =>
  ticketEvent('ticket.updated', ticket, {
    ...details,
    changes,
    internal: Object.keys(changes).every(
      (field) =>
        INTERNAL_FIELDS.has(field) || (field.startsWith('fld_') && !publicFields.includes(field)),
    ),
    ...(publicFields.length && { publicFields }),
  });

/** The event of a change of a ticket. Increments the version of the ticket. */
export function ticketEvent<Type extends TicketEventType>(
  type: Type,
  ticket: Ticket,
  { occurredAt = new Date(), ...details }: TicketEventOptions & TicketEventDetails[Type],
): NewEvent {
  const { internal } = details;
  if (type !== 'ticket.created') {
    ticket.version += 1;
    if (!internal) ticket.publicVersion += 1;
  }
  ticket.updatedAt = occurredAt;
  if (!internal) ticket.publicUpdatedAt = occurredAt;
  return storedTicketEvent(type, ticket, { occurredAt, ...details } as TicketEventOptions &
    TicketEventDetails[Type]);
}

/** The event of a change that is already stored together with its version. */
export function storedTicketEvent<Type extends TicketEventType>(
  type: Type,
  ticket: Ticket,
  options: TicketEventOptions & TicketEventDetails[Type],
): NewEvent {
  const { occurredAt = new Date(), actor, internal: _, ...details } = options;
  return {
    type,
    subject: { id: ticket.id, version: ticket.version },
    data: { state: ticketState(ticket), publicVersion: ticket.publicVersion, ...details },
    occurredAt,
    ...(actor && { actor }),
  } as NewEvent;
}

export interface NotifyTargets {
  notifyAgentIds?: readonly string[] | null | undefined;
  notifyDepartment?: boolean | null | undefined;
}

/** Notifies agents of a ticket. The notification consumer reads the recipients in the event. */
export async function notifyAboutTicket(
  ctx: Context,
  ticket: Ticket,
  { notifyAgentIds, notifyDepartment }: NotifyTargets,
): Promise<void> {
  if (!notifyAgentIds?.length && !notifyDepartment) return;
  const recipients = { agentIds: notifyAgentIds ?? [], team: Boolean(notifyDepartment) };
  await appendEvents(ctx, [
    ticketEvent('ticket.notified', ticket, { ...recipients, internal: true }),
  ]);
}
