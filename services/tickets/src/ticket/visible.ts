import { type Actor, isStaff } from '@deskgraph/common/access';
import { sql, uuids } from '@deskgraph/common/database';
import type { Condition } from '@deskgraph/common/filter';
import { uuidOf } from '@deskgraph/common/id';
import { reads, readsBin } from './reader.ts';
import type { Ticket } from './ticket.ts';

/**
 * The tickets that exist for the actor, as a condition on `t`: every list, count, search and look-up goes through it. Staff see all of the
 * workspace, apps what their departments hold (all without departments), requesters their own; few see what is in the bin.
 */
export const visible = (actor: Actor): Condition => (readsBin(actor) ? among(actor) : sql`${among(actor)} and t.deleted_at is null`);

/** The same, whether in the bin or not: for statements that leave it out for everybody. */
export function among(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const home = sql`t.workspace_id = ${actor.workspace}::uuid`;
  if (actor.kind === 'app' && actor.departments.length) return sql`${home} and t.department_id = any(${uuids('dep', actor.departments)})`;
  if (isStaff(actor)) return sql`${home}`;
  return sql`${home} and t.requester_id = ${uuidOf('cus', actor.id)}::uuid`;
}

/** What of a ticket decides who sees it. */
export type Seen = Pick<Ticket, 'departmentId' | 'requesterId'> & { deletedAt?: Date | string | null | undefined };

/** The same rule for a ticket of his workspace that is at hand. */
export function sees(actor: Actor, { departmentId, requesterId, deletedAt }: Seen): boolean {
  if (!reads(actor) || (deletedAt && !readsBin(actor))) return false;
  if (actor.kind === 'app' && actor.departments.length) return departmentId !== null && actor.departments.includes(departmentId);
  return isStaff(actor) || requesterId === actor.id;
}

export const isVisible = (actor: Actor, ticket: Ticket): boolean => ticket.workspaceId === actor.workspace && sees(actor, ticket);
