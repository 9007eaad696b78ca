import type { Actor } from '../auth/access.ts';
import type { ResolutionCode, TicketOrigin } from './ticket-enums.ts';
import type { LoggedTicketState, TicketEventState } from './ticket-state.ts';

/** Changed fields with the values before and after; custom fields have the name of their id. */
export type Changes = Record<string, [from: unknown, to: unknown]>;

/** The cause of a change that the actor did not make directly. */
export interface EventCause {
  macroId?: string;
  jobId?: string;
  operationId?: string;
  imported?: boolean;
}

/** The details of ticket events, apart from the state. */
interface Details {
  changes: Changes;
  /** The changed custom fields, and `customStatusId`, that were visible to requesters then. */
  publicFields: readonly string[];
  /** The trigger of an automatic change, such as `reply`, `time` or `undo`. */
  cause: string;
  origin: TicketOrigin;
  resolutionCode: ResolutionCode;
  /** The problem that was solved together with this incident. */
  problemId: string;
  /** The operation of a merge, split, link or undo. */
  operationId: string;
  /** The kind of the operation that was undone. */
  kind: string;
  /** Of a merge target: the merged tickets. */
  fromIds: readonly string[];
  /** Of a ticket created by a split: the ticket it was split from. */
  fromId: string;
  /** Of a split ticket: the new ticket. */
  newTicketId: string;
  followUpId: string;
  messageId: string;
  /** PUBLIC or PRIVATE. */
  visibility: string;
  authorKind: Actor['kind'];
  /** The author of a message that is not sent. */
  authorId: string;
  /** The mentioned staff members. */
  mentions: readonly string[];
  /** The first public reply of an agent. */
  firstReply: boolean;
  /** The message opens its ticket. */
  opens: boolean;
  sendAt: string;
  /** The notified agents. */
  agentIds: readonly string[];
  /** Whether the whole department is notified. */
  team: boolean;
}

type With<Required extends keyof Details, Optional extends keyof Details = never> = Pick<
  Details,
  Required
> &
  Partial<Pick<Details, Optional>>;

/** The details of each type of event whose subject is a ticket. */
export interface TicketEventDetails {
  'ticket.created': With<'origin'>;
  'ticket.updated': With<'changes', 'publicFields' | 'cause'>;
  'ticket.status_changed': With<
    'changes',
    'publicFields' | 'cause' | 'resolutionCode' | 'problemId' | 'operationId'
  >;
  'ticket.assigned': With<'changes', 'cause'>;
  'ticket.requester_changed': With<'changes'>;
  'ticket.participants_changed': With<'changes'>;
  'ticket.escalated': With<'changes', 'cause'>;
  'ticket.escalation_ended': With<'changes', 'cause'>;
  'ticket.snoozed': With<'changes', 'cause'>;
  'ticket.woken': With<'changes', 'cause'>;
  'ticket.linked': With<'changes', 'operationId'>;
  'ticket.unlinked': With<'changes', 'operationId'>;
  'ticket.merged': With<'operationId', 'changes' | 'fromIds'>;
  'ticket.split': With<'operationId', 'changes' | 'fromId' | 'newTicketId'>;
  'ticket.followed_up': With<'followUpId'>;
  'ticket.notified': With<'agentIds' | 'team'>;
  'ticket.spam_marked': With<'changes'>;
  'ticket.deleted': With<'changes'>;
  'ticket.restored': With<'changes'>;
  'ticket.purged': With<never>;
  'message.added': With<
    'messageId' | 'visibility' | 'authorKind',
    'mentions' | 'firstReply' | 'opens'
  >;
  'message.redacted': With<'messageId' | 'visibility'>;
  'message.scheduled': With<'messageId' | 'sendAt'>;
  'message.cancelled': With<'messageId' | 'authorId', 'cause'>;
  'operation.undone': With<'operationId' | 'kind', 'changes'>;
}

export type TicketEventType = keyof TicketEventDetails;

/** The data of each type of event whose subject is a ticket. */
export type TicketEvents = {
  [Type in TicketEventType]: TicketEventDetails[Type] & {
    state: TicketEventState;
    /** The version of the ticket as requesters count it. */
    publicVersion: number;
  };
};

/** The data of a ticket event of any type and age, as consumers read it from the log. */
export interface LoggedTicketData extends Partial<Details> {
  state: LoggedTicketState;
  publicVersion?: number;
  because?: EventCause;
}
