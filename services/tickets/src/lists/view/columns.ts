import { Refusal } from '@deskgraph/common/core/errors';
import { z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { findFields } from '../../model/field/queries.ts';

/** The fields of Ticket that a column of a view can show. */
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
/** Prefix of a column that shows a custom field; the field's key follows. */
const CUSTOM_FIELD_PREFIX = 'field:';

/** The columns of a view that does not set any. */
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
  .refine((name) => VIEW_COLUMN_FIELDS.has(name) || name.startsWith(CUSTOM_FIELD_PREFIX));
export const viewColumnsBounds = z.array(viewColumnBounds).min(1).max(30);

/** Refuses columns of custom fields that do not exist. */
export async function refuseUnknownColumns(
  ctx: Context,
  { columns, groupBy }: { columns?: readonly string[] | null; groupBy?: string | null },
): Promise<void> {
  const names = [
    ...(columns ?? []).map((name, index) => ({ name, path: `columns.${index}` })),
    { name: groupBy ?? '', path: 'groupBy' },
  ];
  const customFields = names.filter(({ name }) => name.startsWith(CUSTOM_FIELD_PREFIX));
  if (!customFields.length) return;
  const keys = new Set((await findFields(ctx)).map(({ key }) => key));
  const unknown = customFields.find(
    ({ name }) => !keys.has(name.slice(CUSTOM_FIELD_PREFIX.length)),
  );
  if (unknown) throw new Refusal('INVALID', unknown.path);
}
