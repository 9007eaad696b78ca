import { z } from '@deskgraph/common/input';

/** What a list can show of a ticket: fields of Ticket. */
const FIELDS: ReadonlySet<string> = new Set([
  'number',
  'externalId',
  'subject',
  'status',
  'customStatus',
  'priority',
  'department',
  'assignee',
  'requester',
  'requesterName',
  'organization',
  'tags',
  'product',
  'locale',
  'channel',
  'origin',
  'createdAt',
  'updatedAt',
  'waitingSince',
  'firstReplyAt',
  'solvedAt',
  'closesAt',
  'closedAt',
  'handled',
  'reopenCount',
  'transferCount',
  'snooze',
  'problem',
  'category',
  'form',
]);

/** The columns of a view that names none. */
export const COLUMNS = ['number', 'subject', 'status', 'priority', 'requesterName', 'assignee', 'waitingSince', 'updatedAt'];

export const column = z
  .string()
  .max(100)
  .refine((name) => FIELDS.has(name));
export const columns = z.array(column).min(1).max(30);
