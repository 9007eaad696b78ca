import { type Actor, Role } from '@deskgraph/common/auth/access';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { isEventVisible } from '../../history/event/visibility.ts';
import type { LoggedTicketState } from '@deskgraph/common/contract/ticket-state';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { NotificationReason } from './reason.ts';

/** A recipient and the reason: a person, or all agents of a department (null: all agents). */
export type Recipient = { reason: NotificationReason } & (
  | { person: string }
  | { team: string | null }
);

/** Whether requesters may see an event. */
const REQUESTER = { role: Role.REQUESTER } as Actor;

const { NEW_TICKET, ASSIGNED, MENTION, FOLLOWED, REPLY, STATUS, ESCALATION, NOT_SENT } =
  NotificationReason;
/** Events without a notification for followers: they do not concern the ticket itself, or another event covers them. */
const QUIET: ReadonlySet<string> = new Set([
  'ticket.created',
  'ticket.participants_changed',
  'ticket.notified',
  'message.scheduled',
  'message.cancelled',
]);

/** The recipients of an event, by the state in it. None for spam, deleted and imported tickets. */
export function recipientsOf({ type, subject, data }: DomainEvent): Recipient[] {
  const told = data as unknown as LoggedTicketData;
  const { state, because } = told;
  if (!subject.startsWith('tkt_') || !state || state.spam || state.deletedAt || because?.imported)
    return [];
  return [...toStaff(type, told), ...toCustomers(type, told)];
}

function toStaff(type: string, told: LoggedTicketData): Recipient[] {
  const { state, changes = {}, opens, mentions = [], agentIds = [], authorId, team } = told;
  const isAnswer = type === 'message.added' && told.authorKind === 'customer' && !opens;
  const isOpened = type === 'ticket.created';
  const assignee = isOpened ? state.assigneeId : changes['assigneeId']?.[1];
  const department = isOpened ? state.departmentId : changes['departmentId']?.[1];
  const isWaiting =
    !state.assigneeId &&
    state.status !== TicketStatus.SOLVED &&
    state.status !== TicketStatus.CLOSED;
  return [
    ...mentions.map((person): Recipient => ({ reason: MENTION, person })),
    ...agentIds.map((person): Recipient => ({ reason: MENTION, person })),
    ...(typeof assignee === 'string' ? [{ reason: ASSIGNED, person: assignee }] : []),
    ...(isAnswer && state.assigneeId ? [{ reason: REPLY, person: state.assigneeId }] : []),
    ...(isWaiting && (isOpened || department)
      ? [{ reason: NEW_TICKET, team: state.departmentId }]
      : []),
    ...(type === 'ticket.escalated' ? [inHands(state)] : []),
    ...(authorId ? [{ reason: NOT_SENT, person: authorId }] : []),
    ...(team ? [{ reason: NEW_TICKET, team: state.departmentId }] : []),
    ...(QUIET.has(type) || opens
      ? []
      : (state.followerIds ?? []).map((person): Recipient => ({ reason: FOLLOWED, person }))),
  ];
}

/** The assignee, else the department. */
const inHands = ({ assigneeId, departmentId }: LoggedTicketState): Recipient =>
  assigneeId
    ? { reason: ESCALATION, person: assigneeId }
    : { reason: ESCALATION, team: departmentId };

/** Customers are notified of replies, status changes and new copies. */
function toCustomers(type: string, told: LoggedTicketData): Recipient[] {
  const { state, changes = {}, visibility } = told;
  const all = [state.requesterId, ...(state.ccIds ?? [])];
  const call = (people: readonly string[]): Recipient[] =>
    people.map((person) => ({ reason: STATUS, person }));
  if (type === 'message.added') return visibility === 'PUBLIC' ? call(all) : [];
  if (type === 'ticket.participants_changed') {
    const [before, after] = (changes['ccIds'] ?? [[], []]) as [string[], string[]];
    return call(after.filter((id) => !before.includes(id)));
  }
  return type === 'ticket.status_changed' && isEventVisible(REQUESTER, { type, data: told })
    ? call(all)
    : [];
}
