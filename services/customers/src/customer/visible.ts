import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import { seesAll } from '../organization/visible.ts';
import type { Customer } from './customer.ts';

/** The customers that exist for the actor, as a condition on `c`: every list, count, search and look-up goes through it. A requester is his only one. */
export function visible(actor: Actor): Condition {
  const home = sql`c.workspace_id = ${actor.workspace}::uuid`;
  if (seesAll(actor)) return home as Condition;
  if (actor.kind !== 'customer') return sql`false` as Condition;
  return sql`${home} and c.id = ${uuidOf('cus', actor.id)}::uuid` as Condition;
}

/** The same rule for a customer at hand. */
export const isVisible = (actor: Actor, customer: Customer): boolean =>
  customer.workspaceId === actor.workspace &&
  (seesAll(actor) || (actor.kind === 'customer' && customer.id === actor.id));
