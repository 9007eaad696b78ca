import type {
  Changes,
  TicketEventDetails,
  TicketEventType,
} from '@deskgraph/common/contract/ticket-events';
import type { NewEvent } from '@deskgraph/common/events/types';
import type { Ticket } from './ticket.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { TicketEventState } from '@deskgraph/common/contract/ticket-state';

/** The ticket as every fact about it carries it, for whoever follows the log: all that people read of it, but what is said in messages. */
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
  waitingSince: instant(ticket.waitingSince),
  handled: ticket.handled,
  firstReplyAt: instant(ticket.firstReplyAt),
  solvedAt: instant(ticket.solvedAt),
  solvedById: ticket.solvedById,
  resolutionCode: ticket.resolutionCode,
  resolutionText: ticket.resolutionText,
  closesAt: instant(ticket.closesAt),
  closedAt: instant(ticket.closedAt),
  reopenCount: ticket.reopenCount,
  transferCount: ticket.transferCount,
  followUpOfId: ticket.followUpOfId,
  mergedIntoId: ticket.mergedIntoId,
  splitFromId: ticket.splitFromId,
  problemId: ticket.problemId,
  snooze: restOf(ticket),
  escalation: ticket.escalation,
  spam: ticket.spam,
  deletedAt: instant(ticket.deletedAt),
});

const instant = (at: Date | null): string | null => at?.toISOString() ?? null;

const restOf = ({
  snooze,
  snoozedAt,
  snoozedByKind: kind,
  snoozedById: id,
  snoozedByName: name,
}: Ticket) => snooze && { ...snooze, since: instant(snoozedAt), by: { kind, id, name } };

export interface TicketEventOptions extends Pick<NewEvent, 'occurredAt' | 'actor'> {
  /** Requesters must not notice the change. */
  internal?: boolean;
}

/** Where a ticket stands: its status, and the workspace’s own one that refines it. */
export type StatusSnapshot = Pick<Ticket, 'status' | 'customStatusId'>;
export const statusSnapshot = ({ status, customStatusId }: StatusSnapshot): StatusSnapshot => ({
  status,
  customStatusId,
});
export const isSameStatus = (one: StatusSnapshot, other: StatusSnapshot): boolean =>
  one.status === other.status && one.customStatusId === other.customStatusId;

interface StatusChangeDetails
  extends TicketEventOptions, Omit<TicketEventDetails['ticket.status_changed'], 'changes'> {
  /** Further changes. */
  changes?: Changes | undefined;
  /** The requester reads the same name for the custom status before and after. */
  looksTheSame?: boolean;
}

/** A move between statuses as a fact; it is internal when the requester reads the same before and after. */
export function statusChangedEvent(
  ticket: Ticket,
  from: StatusSnapshot,
  { changes, looksTheSame, ...details }: StatusChangeDetails = {},
): NewEvent {
  const [before, after] = [publicly(from), publicly(ticket)];
  const isRenamed = before.customStatusId !== after.customStatusId && !looksTheSame;
  return ticketEvent('ticket.status_changed', ticket, {
    changes: {
      ...(from.status !== ticket.status && { status: [from.status, ticket.status] }),
      ...(from.customStatusId !== ticket.customStatusId && {
        customStatusId: [from.customStatusId, ticket.customStatusId],
      }),
      ...changes,
    },
    internal: before.status === after.status && !isRenamed,
    ...(isRenamed && { publicFields: ['customStatusId'] }),
    ...details,
  });
}

/** Plain fields that changed, as a fact. `publicFields`: those of the custom ones that requesters see. */
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
      (field) => INTERNAL.has(field) || (field.startsWith('fld_') && !publicFields.includes(field)),
    ),
    ...(publicFields.length && { publicFields }),
  });

const INTERNAL: ReadonlySet<string> = new Set(['tags', 'externalId']);

/** Requesters know neither of ON_HOLD nor of what refines it. */
const publicly = (standing: StatusSnapshot): StatusSnapshot =>
  standing.status === TicketStatus.ON_HOLD
    ? { status: TicketStatus.OPEN, customStatusId: null }
    : standing;

/** A change of a ticket as a fact; the ticket's version grows with it. */
export function ticketEvent<Type extends TicketEventType>(
  type: Type,
  ticket: Ticket,
  { occurredAt: at = new Date(), ...details }: TicketEventOptions & TicketEventDetails[Type],
): NewEvent {
  const { internal } = details;
  if (type !== 'ticket.created') {
    ticket.version += 1;
    if (!internal) ticket.publicVersion += 1;
  }
  ticket.updatedAt = at;
  if (!internal) ticket.publicUpdatedAt = at;
  return storedTicketEvent(type, ticket, { occurredAt: at, ...details } as TicketEventOptions &
    TicketEventDetails[Type]);
}

/** A change that is stored already, with the version that it made. */
export function storedTicketEvent<Type extends TicketEventType>(
  type: Type,
  ticket: Ticket,
  options: TicketEventOptions & TicketEventDetails[Type],
): NewEvent {
  const { occurredAt: at = new Date(), actor, internal: _, ...details } = options;
  return {
    type,
    subject: { id: ticket.id, version: ticket.version },
    data: { state: ticketState(ticket), publicVersion: ticket.publicVersion, ...details },
    occurredAt: at,
    ...(actor && { actor }),
  } as NewEvent;
}
