import { Refusal } from '@deskgraph/common/core/errors';
import type { FieldFilter } from '@deskgraph/common/filter/filter-inputs';
import { withinListLimit } from '@deskgraph/common/filter/filter-tree';
import type { Context } from '@deskgraph/common/database/context';
import { fieldById } from '../../model/field/queries.ts';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { RIGHTS_FILTER_FIELDS } from '@deskgraph/common/contract/ticket-filter-fields';
import { refuseInvalidList } from '../../model/saved-filter/saved-filter.ts';

/** The filter is part of every request of an agent with the access role, and of links to files. */
const MAX_FILTER_BYTES = 4_000;

const SUPPORTED: ReadonlySet<string> = new Set([...RIGHTS_FILTER_FIELDS, 'and', 'or', 'not']);

/**
 * Refuses a filter that cannot be evaluated from the state that each ticket event carries, and
 * names the condition.
 */
export async function refuseUnsupportedRightsFilter(
  ctx: Context,
  filter: TicketFilter | null | undefined,
): Promise<void> {
  if (!filter) return;
  if (Buffer.byteLength(JSON.stringify(resolveMe(ctx.actor.id, filter))) > MAX_FILTER_BYTES)
    throw new Refusal('TOO_LONG', 'filter');
  refuseInvalidList(ctx, filter, null);
  await refuseUnsupportedConditions(ctx, filter, 'filter');
}

async function refuseUnsupportedConditions(
  ctx: Context,
  filter: TicketFilter,
  path: string,
): Promise<void> {
  const { and, or, not, field } = filter;
  for (const [name, value] of Object.entries(filter))
    if (value !== null && value !== undefined && !SUPPORTED.has(name))
      throw unsupported(`${path}.${name}`);
  for (const [index, condition] of (field ?? []).entries())
    await refuseUnsupportedField(ctx, condition, `${path}.field.${index}`);
  for (const [index, part] of (and ?? []).entries())
    await refuseUnsupportedConditions(ctx, part, `${path}.and.${index}`);
  for (const [index, part] of (or ?? []).entries())
    await refuseUnsupportedConditions(ctx, part, `${path}.or.${index}`);
  if (not) await refuseUnsupportedConditions(ctx, not, `${path}.not`);
}

/**
 * Texts and dates can only be tested for null: whether texts are equal depends on the database's
 * collation. Choices must be spelled as the field's options are.
 */
async function refuseUnsupportedField(
  ctx: Context,
  { fieldId, text, date, choices }: FieldFilter,
  path: string,
): Promise<void> {
  for (const [name, comparators] of Object.entries({ text, date })) {
    const comparator = Object.entries(comparators ?? {}).find(
      ([operator, value]) => operator !== 'isNull' && value !== null && value !== undefined,
    );
    if (comparator) throw unsupported(`${path}.${name}.${comparator[0]}`);
  }
  if (!choices) return;
  const field = await fieldById(ctx, fieldId);
  if (!field) throw new Refusal('NOT_FOUND', `${path}.fieldId`);
  for (const [operator, options] of Object.entries(choices) as [string, string[] | null][])
    if (!withinListLimit(options ?? []).every((option) => field.options.includes(option)))
      throw new Refusal('INVALID', `${path}.choices.${operator}`);
}

const unsupported = (path: string): Refusal =>
  new Refusal([
    {
      code: 'INVALID',
      field: ['input', ...path.split('.')],
      message:
        'The filter of an access role can’t use this condition. It can use status, custom status, priority, channel, category, department, assignee, follower, requester, organization, form, tags, custom fields that are numbers, choices or checkboxes, and whether a custom field is filled.',
    },
  ]);

/**
 * Replaces `me` in a rights filter by the id of the agent who has the rights: the filter is also
 * evaluated in processes where `me` would be another actor.
 *
 * @example
 * resolveMe('agt_1', { assigneeId: { eq: 'me' } }) // { assigneeId: { eq: 'agt_1' } }
 */
export const resolveMe = (id: string, filter: object): object =>
  JSON.parse(JSON.stringify(filter), (key, value: unknown) =>
    key.endsWith('Id') ? replaceMe(id, value) : value,
  ) as object;

const replaceMe = (id: string, value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, leaf: unknown) => (leaf === 'me' ? id : leaf));
