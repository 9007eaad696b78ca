import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import { canReadAllCustomers } from '../organization/visible.ts';
import type { Customer } from './customer.ts';

/**
 * The customers that exist for the actor, as a condition on `customer c`. Every list, count, search
 * and look-up uses it. For a requester it is only their own record.
 */
export function visibleCustomerSql(actor: Actor): Condition {
  const home = sql`c.workspace_id = ${actor.workspace}::uuid`;
  if (canReadAllCustomers(actor)) return home as Condition;
  if (actor.kind !== 'customer') return sql`false` as Condition;
  return sql`${home} and c.id = ${uuidOf('cus', actor.id)}::uuid` as Condition;
}

/** The same rule for a loaded customer. */
export const isCustomerVisible = (actor: Actor, customer: Customer): boolean =>
  customer.workspaceId === actor.workspace &&
  (canReadAllCustomers(actor) || (actor.kind === 'customer' && customer.id === actor.id));
