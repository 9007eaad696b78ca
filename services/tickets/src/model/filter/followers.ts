import { sql } from '@deskgraph/common/database/database';
import {
  type Condition,
  type IdFilter,
  withinListLimit,
  whenPresent,
} from '@deskgraph/common/filter/sql-filter';

/** Tickets that one of these people follows. */
export type Followed = (ids: string[]) => Condition;

export const storedFollowers: Followed = (ids) =>
  sql`t.id in (select p.ticket_id from participant p where p.kind = 'FOLLOWER' and p.person_id = any(${ids}::text[]))`;

/** A condition on who follows `t`; `me` is the caller. */
export function followerFilterToSql(
  { eq, in: some, notIn, isNull }: IdFilter,
  me: string,
  followed: Followed,
): Condition {
  const by = (ids: string[]): Condition => followed(ids.map((id) => (id === 'me' ? me : id)));
  const conditions = [
    ...whenPresent(eq, (id) => by([id])),
    ...whenPresent(some, (ids) => by(withinListLimit(ids))),
    ...whenPresent(notIn, (ids) => sql`not ${by(withinListLimit(ids))}`),
    ...whenPresent(isNull, (none) => sql`(t.follower_ids = '{}') = ${none}`),
  ];
  return conditions.length ? sql`(${sql.join(conditions, sql` and `)})` : sql`true`;
}
