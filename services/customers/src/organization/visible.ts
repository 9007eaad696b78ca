import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';

/** True for other services, and for staff and apps with the scope `customers:read`. */
export const canReadAllCustomers = (actor: Actor): boolean =>
  actor.kind === 'system' || (isStaff(actor) && actor.scopes.includes('customers:read'));

/**
 * The organizations that exist for the actor, as a condition on `organization o`. A requester sees
 * those that they belong to.
 */
export function visibleOrganizationSql(actor: Actor): Condition {
  const home = sql`o.workspace_id = ${actor.workspace}::uuid`;
  if (canReadAllCustomers(actor)) return home as Condition;
  if (actor.kind !== 'customer') return sql`false` as Condition;
  return sql`${home} and o.id in (select organization_id from membership where customer_id = ${uuidOf('cus', actor.id)}::uuid)` as Condition;
}
