import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import { type Condition, filterUses } from '@deskgraph/common/filter/sql-filter';
import type { FilterResult } from '@deskgraph/common/filter/memory-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import type { State } from '../ticket/events.ts';
import { type TicketFilter, ticketFilterToSql } from '../filter/sql.ts';
import { type TicketLike, ticketFilterMatches } from '../filter/memory.ts';
import { reads, readsBin, readsOnHold } from '../ticket/read-rights.ts';
import type { Ticket } from '../ticket/ticket.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * The tickets that exist for the actor, as a condition on `t`: every list, count, search and look-up goes through it. Staff see all of the
 * workspace or what the filter of their access role lets through, apps what their departments hold (all without departments), requesters their
 * own and those that they get copies of; few see what is in the bin.
 */
export const visibleTicketSql = (actor: Actor): Condition =>
  readsBin(actor)
    ? visibleTicketSqlWithBin(actor)
    : sql`${visibleTicketSqlWithBin(actor)} and t.deleted_at is null`;

/** The same, whether in the bin or not: for statements that leave it out for everybody. */
export function visibleTicketSqlWithBin(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const home = sql`t.workspace_id = ${actor.workspace}::uuid`;
  if (actor.kind === 'app' && actor.departments.length)
    return sql`${home} and t.department_id = any(${uuids('dep', actor.departments)})`;
  if (isStaff(actor))
    return actor.filter
      ? sql`${home} and ${ticketFilterToSql(actor.filter, actor, NONE)}`
      : sql`${home}`;
  return sql`${home} and ${customerTicketSql(actor)}`;
}

/** What a customer asked for or gets copies of. The copies come as an array, so that both parts are answered by an index. */
export const customerTicketSql = ({
  workspace,
  id,
}: Actor): Condition => sql`(t.requester_id = ${uuidOf('cus', id)}::uuid or t.id = any(array(
  select p.ticket_id from participant p where p.workspace_id = ${workspace}::uuid and p.person_id = ${id} and p.kind = 'CC')))`;

/** What of a ticket decides who sees it. */
export type TicketRightsFields = Pick<Ticket, 'departmentId' | 'requesterId'> & Partial<TicketLike>;
/** The conditions that rights may depend on, by what of a ticket they are about: every fact tells it, and no clock changes it. */
export const DECIDED_BY = {
  status: 'status',
  customStatusId: 'customStatusId',
  priority: 'priority',
  channel: 'channel',
  categoryId: 'categoryId',
  departmentId: 'departmentId',
  assigneeId: 'assigneeId',
  followerId: 'followerIds',
  requesterId: 'requesterId',
  organizationId: 'organizationId',
  formId: 'formId',
  tag: 'tags',
  field: 'fields',
} as const satisfies { [Condition in keyof TicketFilter]?: keyof TicketLike & keyof State };
const DECIDING = ['ccIds', 'deletedAt', ...Object.values(DECIDED_BY)] as const;
export const rightsFieldsOf = (ticket: TicketRightsFields): TicketRightsFields =>
  Object.fromEntries(
    DECIDING.map((field) => [field, ticket[field]]),
  ) as unknown as TicketRightsFields;

/** Did this customer ask for it, or does he get copies of it? */
export const isCustomerOfTicket = (
  { id }: Actor,
  { requesterId, ccIds }: Pick<TicketRightsFields, 'requesterId' | 'ccIds'>,
): boolean => requesterId === id || Boolean(ccIds?.includes(id));

/** The same rule for a ticket of his workspace that is at hand; undefined where too little is known of it. */
function ticketRights(actor: Actor, ticket: TicketRightsFields): FilterResult {
  const { departmentId, deletedAt } = ticket;
  if (!reads(actor) || (deletedAt && !readsBin(actor))) return false;
  if (actor.kind === 'app' && actor.departments.length)
    return departmentId !== null && actor.departments.includes(departmentId);
  return isStaff(actor)
    ? ticketFilterMatches(actor.filter, actor, ticket)
    : isCustomerOfTicket(actor, ticket);
}

export const seesTicket = (actor: Actor, ticket: TicketRightsFields): boolean =>
  ticketRights(actor, ticket) === true;

export const isTicketVisible = (actor: Actor, ticket: Ticket): boolean =>
  ticket.workspaceId === actor.workspace && seesTicket(actor, ticket);

/**
 * May the actor see this ticket of his workspace, and does the filter let it through? The same meaning as `visible` and `matches`; undefined
 * where only a statement can say.
 */
export function visibleTicketMatches(
  filter: TicketFilter | null | undefined,
  actor: Actor,
  ticket: TicketLike,
  now = new Date(),
): FilterResult {
  const rights = ticketRights(actor, ticket);
  if (rights === false) return false;
  const answer = ticketFilterMatches(filter, actor, ticket, now);
  const isSpam = Boolean(ticket.spam) && readsOnHold(actor);
  if (
    (isSpam && !filterUses(filter, 'spam')) ||
    (ticket.deletedAt && !filterUses(filter, 'deleted'))
  )
    return false;
  return answer && rights;
}
