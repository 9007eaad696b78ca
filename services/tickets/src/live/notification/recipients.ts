import { type Actor, Role } from '@deskgraph/common/auth/access';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import type { LoggedTicketState } from '@deskgraph/common/contract/ticket-state';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { isEventVisible } from '../../history/event/visibility.ts';
import { NotificationReason } from './reason.ts';

/**
 * A recipient of an event, and the reason: one person, or the agents of a department. A null team
 * means all agents.
 */
export type Recipient = { reason: NotificationReason } & (
  | { person: string }
  | { team: string | null }
);

/** The visibility of events is the same for all requesters, so any requester serves. */
const ANY_REQUESTER = { role: Role.REQUESTER } as Actor;

const { NEW_TICKET, ASSIGNED, MENTION, FOLLOWED, REPLY, STATUS, ESCALATION, NOT_SENT } =
  NotificationReason;

/**
 * Events without a notification for followers: they do not change the ticket itself, or another
 * event of the same operation notifies the followers.
 */
const NOT_FOR_FOLLOWERS: ReadonlySet<string> = new Set([
  'ticket.created',
  'ticket.participants_changed',
  'ticket.notified',
  'message.scheduled',
  'message.cancelled',
]);

/** The recipients of an event, by the state in it. None for spam, deleted and imported tickets. */
export function recipientsOf({ type, subject, data }: DomainEvent): Recipient[] {
  const ticketData = data as unknown as LoggedTicketData;
  const { state, because: cause } = ticketData;
  if (!subject.startsWith('tkt_') || !state || state.spam || state.deletedAt || cause?.imported)
    return [];
  return [...staffRecipients(type, ticketData), ...customerRecipients(type, ticketData)];
}

function staffRecipients(type: string, data: LoggedTicketData): Recipient[] {
  const { state, changes = {}, opens, mentions = [], agentIds = [], authorId, team } = data;
  const isCustomerReply = type === 'message.added' && data.authorKind === 'customer' && !opens;
  const isCreated = type === 'ticket.created';
  const newAssigneeId = isCreated ? state.assigneeId : changes['assigneeId']?.[1];
  const newDepartmentId = isCreated ? state.departmentId : changes['departmentId']?.[1];
  const isUnassigned =
    !state.assigneeId &&
    state.status !== TicketStatus.SOLVED &&
    state.status !== TicketStatus.CLOSED;
  const departmentTeam: Recipient = { reason: NEW_TICKET, team: state.departmentId };
  return [
    ...mentions.map((person): Recipient => ({ reason: MENTION, person })),
    ...agentIds.map((person): Recipient => ({ reason: MENTION, person })),
    ...(typeof newAssigneeId === 'string' ? [{ reason: ASSIGNED, person: newAssigneeId }] : []),
    ...(isCustomerReply && state.assigneeId ? [{ reason: REPLY, person: state.assigneeId }] : []),
    ...(isUnassigned && (isCreated || newDepartmentId) ? [departmentTeam] : []),
    ...(type === 'ticket.escalated' ? [escalationRecipient(state)] : []),
    ...(authorId ? [{ reason: NOT_SENT, person: authorId }] : []),
    ...(team ? [departmentTeam] : []),
    ...(NOT_FOR_FOLLOWERS.has(type) || opens
      ? []
      : (state.followerIds ?? []).map((person): Recipient => ({ reason: FOLLOWED, person }))),
  ];
}

/** The assignee, else the department. */
const escalationRecipient = ({ assigneeId, departmentId }: LoggedTicketState): Recipient =>
  assigneeId
    ? { reason: ESCALATION, person: assigneeId }
    : { reason: ESCALATION, team: departmentId };

/** Customers are notified of public messages, of visible status changes, and when added as CC. */
function customerRecipients(type: string, data: LoggedTicketData): Recipient[] {
  const { state, changes = {}, visibility } = data;
  const all = [state.requesterId, ...(state.ccIds ?? [])];
  const recipients = (people: readonly string[]): Recipient[] =>
    people.map((person) => ({ reason: STATUS, person }));
  if (type === 'message.added') return visibility === 'PUBLIC' ? recipients(all) : [];
  if (type === 'ticket.participants_changed') {
    const [before, after] = (changes['ccIds'] ?? [[], []]) as [string[], string[]];
    return recipients(after.filter((id) => !before.includes(id)));
  }
  return type === 'ticket.status_changed' && isEventVisible(ANY_REQUESTER, { type, data })
    ? recipients(all)
    : [];
}
