import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';

/** Our own processes see all of the workspace, staff and apps with the scope for customers too. */
export const seesAll = (actor: Actor): boolean =>
  actor.kind === 'system' || (isStaff(actor) && actor.scopes.includes('customers:read'));

/** The organizations that exist for the actor, as a condition on `o`: a requester has those that he belongs to. */
export function visible(actor: Actor): Condition {
  const home = sql`o.workspace_id = ${actor.workspace}::uuid`;
  if (seesAll(actor)) return home as Condition;
  if (actor.kind !== 'customer') return sql`false` as Condition;
  return sql`${home} and o.id in (select organization_id from membership where customer_id = ${uuidOf('cus', actor.id)}::uuid)` as Condition;
}
