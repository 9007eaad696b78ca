import { Refusal } from '@deskgraph/common/core/errors';
import { z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { findFields } from '../../model/field/queries.ts';

/** What a list can show of a ticket: fields of Ticket. */
export const VIEW_COLUMN_FIELDS: ReadonlySet<string> = new Set([
  'number',
  'id',
  'externalId',
  'subject',
  'description',
  'status',
  'customStatus',
  'priority',
  'category',
  'form',
  'department',
  'assignee',
  'escalation',
  'requester',
  'requesterName',
  'organization',
  'participants',
  'tags',
  'product',
  'locale',
  'channel',
  'origin',
  'createdBy',
  'createdAt',
  'updatedAt',
  'waitingSince',
  'firstReplyAt',
  'solvedAt',
  'solvedBy',
  'resolution',
  'closesAt',
  'closedAt',
  'deletedAt',
  'handled',
  'reopenCount',
  'transferCount',
  'snooze',
  'problem',
  'links',
  'followUpOf',
  'mergedInto',
  'splitFrom',
  'contributions',
  'viewers',
]);
const CUSTOM = 'field:';

/** The columns of a view that names none. */
export const DEFAULT_VIEW_COLUMNS = [
  'number',
  'subject',
  'status',
  'priority',
  'requesterName',
  'assignee',
  'waitingSince',
  'updatedAt',
];

export const viewColumnBounds = z
  .string()
  .max(100)
  .refine((name) => VIEW_COLUMN_FIELDS.has(name) || name.startsWith(CUSTOM));
export const viewColumnsBounds = z.array(viewColumnBounds).min(1).max(30);

interface Shown {
  columns?: readonly string[] | null;
  groupBy?: string | null;
}

/** Custom fields are named by keys that there are. */
export async function refuseUnknownColumns(
  ctx: Context,
  { columns: names, groupBy }: Shown,
): Promise<void> {
  const places = [
    ...(names ?? []).map((name, at) => ({ name, place: `columns.${at}` })),
    { name: groupBy ?? '', place: 'groupBy' },
  ];
  const custom = places.filter(({ name }) => name.startsWith(CUSTOM));
  const keys = custom.length ? (await findFields(ctx)).map(({ key }) => key) : [];
  const unknown = custom.find(({ name }) => !keys.includes(name.slice(CUSTOM.length)));
  if (unknown) throw new Refusal('INVALID', unknown.place);
}
