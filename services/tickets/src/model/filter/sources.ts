import { sql } from '@deskgraph/common/database/database';
import {
  type Condition,
  type TagFilter,
  withinListLimit,
  whenPresent,
  normalizeTag,
} from '@deskgraph/common/filter/sql-filter';
import type { RawBuilder } from 'kysely';
import { type Valued, storedValues } from './custom-field-sql.ts';
import { type Followed, storedFollowers } from './followers.ts';

/** What is looked up beside the columns of `t`. */
export interface FilterSources {
  /** Tickets that have one of these labels. */
  tagged: (names: string[]) => Condition;
  followed: Followed;
  valued: Valued;
  /** A text as words are spelled. */
  spelled: (column: 'locale' | 'product' | 'external_id') => RawBuilder<unknown>;
}

/** In tables of their own: under row security no index answers what an array holds. */
export const TABLE_SOURCES: FilterSources = {
  tagged: (names) =>
    sql`t.id in (select ticket_id from ticket_tag where name = any(${names}::text[]))`,
  followed: storedFollowers,
  valued: storedValues,
  spelled: (column) => sql.ref(`t.${column}_word`),
};

/** The condition on labels. */
export function tagFilterToSql({ any, all, none }: TagFilter, lookUp: FilterSources): Condition {
  const having = (names: string[]): Condition =>
    lookUp.tagged(withinListLimit(names).map(normalizeTag));
  const conditions = [
    ...whenPresent(any, having),
    ...withinListLimit(all ?? []).map((name) => having([name])),
    ...whenPresent(none, (names) => sql`not ${having(names)}`),
  ];
  return conditions.length ? sql`(${sql.join(conditions, sql` and `)})` : sql`true`;
}
