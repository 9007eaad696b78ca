import type { Actor } from '../auth/access.ts';
import type {
  ChannelKind,
  ResolutionCode,
  TicketOrigin,
  TicketPriority,
  TicketStatus,
} from './ticket-enums.ts';

/** The value of a custom field. A ticket without a value has no entry. */
export type CustomFieldValue = string | number | boolean | string[];

/** The values of the custom fields of a ticket by field id. */
export type CustomFieldValues = Record<string, CustomFieldValue>;

/**
 * The ticket after an event, as each event of it contains it: everything that users read of it,
 * except the messages. Ids are typed ids, instants are ISO text.
 */
export interface TicketEventState {
  number: number;
  externalId: string | null;
  subject: string;
  status: TicketStatus;
  customStatusId: string | null;
  priority: TicketPriority;
  channel: ChannelKind;
  origin: TicketOrigin;
  formId: string | null;
  categoryId: string | null;
  departmentId: string | null;
  assigneeId: string | null;
  requesterId: string;
  requesterName: string;
  ccIds: string[];
  followerIds: string[];
  organizationId: string | null;
  product: string | null;
  tags: string[];
  fields: CustomFieldValues;
  locale: string | null;
  createdAt: string;
  waitingSince: string | null;
  handled: boolean;
  firstReplyAt: string | null;
  solvedAt: string | null;
  solvedById: string | null;
  resolutionCode: ResolutionCode | null;
  resolutionText: string | null;
  closesAt: string | null;
  closedAt: string | null;
  reopenCount: number;
  transferCount: number;
  followUpOfId: string | null;
  mergedIntoId: string | null;
  splitFromId: string | null;
  problemId: string | null;
  /** `until` is null when only a reply of the requester ends the snooze. */
  snooze: {
    until: string | null;
    wakeOnReply: boolean;
    since: string | null;
    by: { kind: Actor['kind'] | null; id: string | null; name: string | null };
  } | null;
  escalation: {
    pathId: string | null;
    step: number;
    reason: string;
    since: string;
    by: { kind: Actor['kind']; id: string; name: string };
  } | null;
  spam: boolean;
  deletedAt: string | null;
}

/** The properties that the events of every version have. */
type OriginalProperty =
  | 'number'
  | 'status'
  | 'priority'
  | 'channel'
  | 'departmentId'
  | 'assigneeId'
  | 'requesterId'
  | 'createdAt';

/** The state in an event of any version: older events lack the properties that came later. */
export type LoggedTicketState = Pick<TicketEventState, OriginalProperty> &
  Partial<TicketEventState>;
