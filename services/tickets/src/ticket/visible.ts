import { type Actor, isStaff } from '@deskgraph/common/access';
import { sql, uuids } from '@deskgraph/common/database';
import type { Condition } from '@deskgraph/common/filter';
import { uuidOf } from '@deskgraph/common/id';
import { reads, readsBin } from './reader.ts';
import type { Ticket } from './ticket.ts';

/**
 * The tickets that exist for the actor, as a condition on `t`: every list, count, search and look-up goes through it. Staff see all of the
 * workspace, apps what their departments hold (all without departments), requesters their own and those that they get copies of; few see what is in the bin.
 */
export const visible = (actor: Actor): Condition => (readsBin(actor) ? among(actor) : sql`${among(actor)} and t.deleted_at is null`);

/** The same, whether in the bin or not: for statements that leave it out for everybody. */
export function among(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const home = sql`t.workspace_id = ${actor.workspace}::uuid`;
  if (actor.kind === 'app' && actor.departments.length) return sql`${home} and t.department_id = any(${uuids('dep', actor.departments)})`;
  if (isStaff(actor)) return sql`${home}`;
  return sql`${home} and ${concernsCustomer(actor)}`;
}

/** What a customer asked for or gets copies of. The copies come as an array, so that both parts are answered by an index. */
export const concernsCustomer = ({
  workspace,
  id,
}: Actor): Condition => sql`(t.requester_id = ${uuidOf('cus', id)}::uuid or t.id = any(array(
  select p.ticket_id from participant p where p.workspace_id = ${workspace}::uuid and p.person_id = ${id} and p.kind = 'CC')))`;

/** What of a ticket decides who sees it. */
export type Seen = Pick<Ticket, 'departmentId' | 'requesterId'> & {
  /** Facts of the time before there were any know none. */
  ccIds?: readonly string[] | undefined;
  deletedAt?: Date | string | null | undefined;
};

/** Did this customer ask for it, or does he get copies of it? */
export const isAskedBy = ({ id }: Actor, { requesterId, ccIds }: Pick<Seen, 'requesterId' | 'ccIds'>): boolean =>
  requesterId === id || Boolean(ccIds?.includes(id));

/** The same rule for a ticket of his workspace that is at hand. */
export function sees(actor: Actor, ticket: Seen): boolean {
  const { departmentId, deletedAt } = ticket;
  if (!reads(actor) || (deletedAt && !readsBin(actor))) return false;
  if (actor.kind === 'app' && actor.departments.length) return departmentId !== null && actor.departments.includes(departmentId);
  return isStaff(actor) || isAskedBy(actor, ticket);
}

export const isVisible = (actor: Actor, ticket: Ticket): boolean => ticket.workspaceId === actor.workspace && sees(actor, ticket);
