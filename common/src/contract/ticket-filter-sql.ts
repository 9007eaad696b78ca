import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../auth/access.ts';
import {
  customFieldFilterToSql,
  hasJsonFieldValue,
  refuseInvalidFieldFilters,
} from '../filter/custom-field-filter.ts';
import type { FieldFilter, IdFilter, TagFilter } from '../filter/filter-inputs.ts';
import { normalizeTag, whenPresent, withinListLimit } from '../filter/filter-tree.ts';
import {
  type Condition,
  allConditions,
  choiceFilterToSql,
  idFilterToSql,
  instantFilterToSql,
  normalizedTextFilterToSql,
  numberFilterToSql,
  treeFilterToSql,
} from '../filter/sql-filter.ts';
import {
  type FieldDefinition,
  type FieldKind,
  type FieldKinds,
  TICKET_FILTER_FIELD_NAMES,
  type TicketFilterField,
  readsStaffFields,
  ticketFilterField,
} from './ticket-filter-fields.ts';
import type { TicketFilter } from './ticket-filter.ts';

/** Where a condition on `t` reads the values that are not plain columns of it. */
export interface TicketFilterSources {
  /** The ticket has at least one of these tags. */
  hasTag: (tags: string[]) => Condition;
  /** At least one of these staff members follows the ticket. */
  hasFollower: (ids: string[]) => Condition;
  /** The ticket has a value `v` of a custom field that matches; see `customFieldFilterToSql`. */
  hasFieldValue: (fieldId: string, condition: Condition, actor: Actor) => Condition;
  /** A text column as `lower(normalize(…)) collate "C"`. */
  normalizedText: (column: string) => RawBuilder<unknown>;
}

/** Reads all values from the row `t` itself, which has the columns `tags`, `follower_ids`, `fields`. */
export const ROW_SOURCES: Omit<TicketFilterSources, 'normalizedText'> = {
  hasTag: (tags) => sql`t.tags && ${tags}::text[]`,
  hasFollower: (ids) => sql`t.follower_ids && ${ids}::text[]`,
  hasFieldValue: (fieldId, condition) => hasJsonFieldValue(sql`t.fields`, fieldId, condition),
};

export interface TicketFilterContext {
  /** The caller, who is `me` in the filter. */
  actor: Actor;
  /** The instant from which durations count. */
  now: Date;
  sources: TicketFilterSources;
}

/** The SQL of fields that differ from the default of their kind. Full-text search has none. */
export type TicketFilterOverrides<Context> = {
  [Field in TicketFilterField]?: (
    value: NonNullable<TicketFilter[Field]>,
    context: Context,
  ) => Condition;
} & { text: (text: string, context: Context) => Condition };

type ToSql<Kind extends FieldKind> = (
  value: FieldKinds[Kind],
  context: TicketFilterContext,
  definition: FieldDefinition,
) => Condition;

const columnOf = ({ column }: FieldDefinition): RawBuilder<unknown> => sql.ref(`t.${column!}`);

const KIND_TO_SQL: { [Kind in Exclude<FieldKind, 'search'>]: ToSql<Kind> } = {
  id: (filter, { actor }, definition) =>
    idFilterToSql(columnOf(definition), definition.prefix!, filter, actor.id),
  idList: (filter, { actor, sources }, definition) =>
    idListFilterToSql(columnOf(definition), filter, actor.id, sources.hasFollower),
  number: (filter, _, definition) => numberFilterToSql(columnOf(definition), filter),
  choice: (filter, _, definition) => choiceFilterToSql(columnOf(definition), filter),
  text: (filter, { sources }, { column }) =>
    normalizedTextFilterToSql(sources.normalizedText(column!), filter),
  instant: (filter, { now }, definition) => instantFilterToSql(columnOf(definition), filter, now),
  boolean: (expected, _, definition) => sql`${columnOf(definition)} = ${expected}`,
  // As in the condition of a partial index.
  presence: (expected, _, definition) =>
    expected ? sql`${columnOf(definition)} is not null` : sql`${columnOf(definition)} is null`,
  tags: (filter, { sources }) => tagFilterToSql(filter, sources.hasTag),
  customFields: (filters, context) => allConditions(fieldFilterConditions(filters, context)),
};

/**
 * Makes the function that compiles a `TicketFilter` to a condition on `t`.
 *
 * @example
 * const toSql = ticketFilterCompiler({ text: (text) => searchSql(text) });
 * toSql({ status: { eq: 'OPEN' } }, { actor, now, sources });
 */
export const ticketFilterCompiler =
  <Context extends TicketFilterContext>(overrides: TicketFilterOverrides<Context>) =>
  (filter: TicketFilter | null | undefined, context: Context): Condition =>
    treeFilterToSql<TicketFilter>(filter, (node) =>
      TICKET_FILTER_FIELD_NAMES.flatMap((field) =>
        whenPresent<unknown>(node[field], (value): Condition => {
          const definition = ticketFilterField(field);
          if (definition.staffOnly && !readsStaffFields(context.actor)) return sql`false`;
          const override = overrides[field] as
            | ((value: unknown, context: Context) => Condition)
            | undefined;
          if (override) return override(value, context);
          const toSql = KIND_TO_SQL[
            definition.kind as keyof typeof KIND_TO_SQL
          ] as ToSql<FieldKind>;
          return toSql(value as never, context, definition);
        }),
      ),
    );

/** One condition per custom field. */
export function fieldFilterConditions(
  filters: readonly FieldFilter[],
  { actor, now, sources }: TicketFilterContext,
): Condition[] {
  refuseInvalidFieldFilters(filters);
  return filters.map((filter) =>
    customFieldFilterToSql(filter, now, (condition) =>
      sources.hasFieldValue(filter.fieldId, condition, actor),
    ),
  );
}

function idListFilterToSql(
  column: RawBuilder<unknown>,
  { eq, in: list, notIn, isNull }: IdFilter,
  me: string,
  hasAny: (ids: string[]) => Condition,
): Condition {
  const overlaps = (ids: string[]): Condition =>
    hasAny(withinListLimit(ids).map((id) => (id === 'me' ? me : id)));
  return allConditions([
    ...whenPresent(eq, (id) => overlaps([id])),
    ...whenPresent(list, overlaps),
    ...whenPresent(notIn, (ids): Condition => sql`not (${overlaps(ids)})`),
    ...whenPresent(isNull, (expected): Condition => sql`(${column} = '{}') = ${expected}`),
  ]);
}

function tagFilterToSql(
  { any, all, none }: TagFilter,
  hasAny: (tags: string[]) => Condition,
): Condition {
  const overlaps = (tags: string[]): Condition => hasAny(withinListLimit(tags).map(normalizeTag));
  return allConditions([
    ...whenPresent(any, overlaps),
    ...withinListLimit(all ?? []).map((tag) => overlaps([tag])),
    ...whenPresent(none, (tags): Condition => sql`not (${overlaps(tags)})`),
  ]);
}
