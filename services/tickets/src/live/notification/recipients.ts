import { type Actor, Role } from '@deskgraph/common/auth/access';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { isEventVisible } from '../../history/event/visibility.ts';
import type { LoggedTicketState } from '@deskgraph/common/contract/ticket-state';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { NotificationReason } from './reason.ts';

/** Whom a fact calls, and why: a person, or all who work in a department (null: everybody who works). */
export type Call = { reason: NotificationReason } & ({ person: string } | { team: string | null });

/** What one requester may know of a fact all may. */
const REQUESTER = { role: Role.REQUESTER } as Actor;

const { NEW_TICKET, ASSIGNED, MENTION, FOLLOWED, REPLY, STATUS, ESCALATION, NOT_SENT } =
  NotificationReason;
/** What followers do not hear of: it says nothing of the ticket, or another fact says it. */
const QUIET: ReadonlySet<string> = new Set([
  'ticket.created',
  'ticket.participants_changed',
  'ticket.notified',
  'message.scheduled',
  'message.cancelled',
]);

/** Whom a fact calls, as it stood then. Of what is spam or in the bin nobody is told, nor of what was taken over from another system. */
export function callsOf({ type, subject, data }: DomainEvent): Call[] {
  const told = data as unknown as LoggedTicketData;
  const { state, because } = told;
  if (!subject.startsWith('tkt_') || !state || state.spam || state.deletedAt || because?.imported)
    return [];
  return [...toStaff(type, told), ...toCustomers(type, told)];
}

function toStaff(type: string, told: LoggedTicketData): Call[] {
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
    ...mentions.map((person): Call => ({ reason: MENTION, person })),
    ...agentIds.map((person): Call => ({ reason: MENTION, person })),
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
      : (state.followerIds ?? []).map((person): Call => ({ reason: FOLLOWED, person }))),
  ];
}

/** In whose hands a ticket is. */
const inHands = ({ assigneeId, departmentId }: LoggedTicketState): Call =>
  assigneeId
    ? { reason: ESCALATION, person: assigneeId }
    : { reason: ESCALATION, team: departmentId };

/** Customers are told of what is said to them, of where their ticket stands, and that they get copies. */
function toCustomers(type: string, told: LoggedTicketData): Call[] {
  const { state, changes = {}, visibility } = told;
  const all = [state.requesterId, ...(state.ccIds ?? [])];
  const call = (people: readonly string[]): Call[] =>
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
