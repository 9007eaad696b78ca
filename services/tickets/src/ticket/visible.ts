import { type Actor, Role, isStaff } from '@deskgraph/common/access';
import { sql, uuids } from '@deskgraph/common/database';
import type { Condition } from '@deskgraph/common/filter';
import { uuidOf } from '@deskgraph/common/id';
import { type Ticket } from './ticket.ts';
import { TicketStatus } from './words.ts';

/** An app without any scope for tickets has none, on whatever way it comes to them: by its customers, by an id. */
export const reads = ({ kind, scopes }: Actor): boolean => kind !== 'app' || scopes.some((scope) => scope.startsWith('tickets:'));

/**
 * The tickets that exist for the actor, as a condition on `t`: every list, count, search and look-up goes through it. Staff see all of the
 * workspace, apps what their departments hold (all without departments), requesters their own.
 */
export function visible(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const home = sql`t.workspace_id = ${actor.workspace}::uuid`;
  if (actor.kind === 'app' && actor.departments.length) return sql`${home} and t.department_id = any(${uuids('dep', actor.departments)})`;
  if (isStaff(actor)) return sql`${home}`;
  return sql`${home} and t.requester_id = ${uuidOf('cus', actor.id)}::uuid`;
}

/** The same rule for a ticket of his workspace that is at hand. */
export function sees(actor: Actor, { departmentId, requesterId }: Pick<Ticket, 'departmentId' | 'requesterId'>): boolean {
  if (!reads(actor)) return false;
  if (actor.kind === 'app' && actor.departments.length) return departmentId !== null && actor.departments.includes(departmentId);
  return isStaff(actor) || requesterId === actor.id;
}

export const isVisible = (actor: Actor, ticket: Ticket): boolean => ticket.workspaceId === actor.workspace && sees(actor, ticket);

/** Requesters never learn of ON_HOLD. */
export const readsOnHold = (actor: Actor): boolean => actor.role !== Role.REQUESTER;

export const statusFor = (actor: Actor, status: TicketStatus): TicketStatus =>
  status === TicketStatus.ON_HOLD && !readsOnHold(actor) ? TicketStatus.OPEN : status;
