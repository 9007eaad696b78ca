import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { RIGHTS_PROPERTIES } from '@deskgraph/common/contract/ticket-filter-fields';
import { uuidOf } from '@deskgraph/common/core/id';
import { sql } from '@deskgraph/common/database/database';
import { ids } from '@deskgraph/common/database/query';
import { filterUses } from '@deskgraph/common/filter/filter-tree';
import type { FilterResult } from '@deskgraph/common/filter/memory-filter';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import {
  type MemoryFilterContext,
  type TicketLike,
  ticketFilterMatches,
} from '../filter/memory.ts';
import { ticketFilterToSql } from '../filter/sql.ts';
import { canReadTickets, canReadBin, canSeeOnHold } from '../ticket/read-rights.ts';
import type { Ticket } from '../ticket/ticket.ts';

/**
 * The tickets that the actor may see, as a condition on `t`; every list, count, search and look-up
 * applies it. Staff see all tickets of the workspace or those that the filter of their access role
 * matches, apps those of their departments (all without departments), requesters their own and
 * those of which they get copies. Deleted tickets are visible to callers who may restore them.
 */
export const visibleTicketSql = (actor: Actor): Condition =>
  canReadBin(actor)
    ? visibleTicketSqlWithBin(actor)
    : sql`${visibleTicketSqlWithBin(actor)} and t.deleted_at is null`;

/** The same including deleted tickets, for statements that leave these out for every caller. */
export function visibleTicketSqlWithBin(actor: Actor): Condition {
  if (!canReadTickets(actor)) return sql`false`;
  const inWorkspace = sql`t.workspace_id = ${actor.workspace}::uuid`;
  if (actor.kind === 'app' && actor.departments.length)
    return sql`${inWorkspace} and t.department_id = any(${ids('dep', actor.departments)})`;
  if (isStaff(actor))
    return actor.filter
      ? sql`${inWorkspace} and ${ticketFilterToSql(actor.filter, { actor })}`
      : sql`${inWorkspace}`;
  return sql`${inWorkspace} and ${customerTicketSql(actor)}`;
}

/**
 * The tickets of a customer: as the requester, or with a copy. The copies are an array, so that an
 * index serves both parts.
 */
export const customerTicketSql = ({
  workspace,
  id,
}: Actor): Condition => sql`(t.requester_id = ${uuidOf('cus', id)}::uuid or t.id = any(array(
  select p.ticket_id from participant p
  where p.workspace_id = ${workspace}::uuid and p.person_id = ${id} and p.kind = 'CC')))`;

/** The properties of a ticket that decide which callers may see it. */
export type TicketRightsFields = Pick<Ticket, 'departmentId' | 'requesterId'> & Partial<TicketLike>;

const RIGHTS_FIELDS = ['ccIds', 'deletedAt', ...RIGHTS_PROPERTIES] as const;

export const rightsFieldsOf = (ticket: TicketRightsFields): TicketRightsFields =>
  Object.fromEntries(
    RIGHTS_FIELDS.map((property) => [property, ticket[property]]),
  ) as unknown as TicketRightsFields;

/** Whether the customer is the requester of the ticket or gets copies of it. */
export const isCustomerOfTicket = (
  { id }: Actor,
  { requesterId, ccIds }: Pick<TicketRightsFields, 'requesterId' | 'ccIds'>,
): boolean => requesterId === id || Boolean(ccIds?.includes(id));

/**
 * `visibleTicketSql` for a ticket of the actor’s workspace in memory; undefined when the filter of
 * the access role needs properties that are not known.
 */
function ticketVisibility(actor: Actor, ticket: TicketRightsFields): FilterResult {
  const { departmentId, deletedAt } = ticket;
  if (!canReadTickets(actor) || (deletedAt && !canReadBin(actor))) return false;
  if (actor.kind === 'app' && actor.departments.length)
    return departmentId !== null && actor.departments.includes(departmentId);
  return isStaff(actor)
    ? ticketFilterMatches(actor.filter, ticket, { actor })
    : isCustomerOfTicket(actor, ticket);
}

/** Whether the actor may see a ticket of the same workspace. */
export const seesTicket = (actor: Actor, ticket: TicketRightsFields): boolean =>
  ticketVisibility(actor, ticket) === true;

export const isTicketVisible = (actor: Actor, ticket: Ticket): boolean =>
  ticket.workspaceId === actor.workspace && seesTicket(actor, ticket);

/**
 * Whether the actor may see a ticket of the same workspace and a list with the filter contains it:
 * the same as `visibleTicketSql` and `ticketListFilterToSql`. Undefined when only the database can
 * decide.
 */
export function visibleTicketMatches(
  filter: TicketFilter | null | undefined,
  ticket: TicketLike,
  context: MemoryFilterContext,
): FilterResult {
  const { actor } = context;
  const visible = ticketVisibility(actor, ticket);
  if (visible === false) return false;
  const matches = ticketFilterMatches(filter, ticket, context);
  const isSpam = Boolean(ticket.spam) && canSeeOnHold(actor);
  if (isSpam && !filterUses(filter, 'spam')) return false;
  if (ticket.deletedAt && !filterUses(filter, 'deleted')) return false;
  return matches && visible;
}
