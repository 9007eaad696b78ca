import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import { type Condition, asks } from '@deskgraph/common/filter/sql-filter';
import type { Answer } from '@deskgraph/common/filter/memory-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import type { State } from '../ticket/events.ts';
import { type TicketFilter, matchesGiven } from '../filter/sql.ts';
import { type TicketLike, fitsGiven } from '../filter/memory.ts';
import { reads, readsBin, readsOnHold } from '../ticket/read-rights.ts';
import type { Ticket } from '../ticket/ticket.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * The tickets that exist for the actor, as a condition on `t`: every list, count, search and look-up goes through it. Staff see all of the
 * workspace or what the filter of their access role lets through, apps what their departments hold (all without departments), requesters their
 * own and those that they get copies of; few see what is in the bin.
 */
export const visible = (actor: Actor): Condition =>
  readsBin(actor) ? among(actor) : sql`${among(actor)} and t.deleted_at is null`;

/** The same, whether in the bin or not: for statements that leave it out for everybody. */
export function among(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const home = sql`t.workspace_id = ${actor.workspace}::uuid`;
  if (actor.kind === 'app' && actor.departments.length)
    return sql`${home} and t.department_id = any(${uuids('dep', actor.departments)})`;
  if (isStaff(actor))
    return actor.filter
      ? sql`${home} and ${matchesGiven(actor.filter, actor, NONE)}`
      : sql`${home}`;
  return sql`${home} and ${concernsCustomer(actor)}`;
}

/** What a customer asked for or gets copies of. The copies come as an array, so that both parts are answered by an index. */
export const concernsCustomer = ({
  workspace,
  id,
}: Actor): Condition => sql`(t.requester_id = ${uuidOf('cus', id)}::uuid or t.id = any(array(
  select p.ticket_id from participant p where p.workspace_id = ${workspace}::uuid and p.person_id = ${id} and p.kind = 'CC')))`;

/** What of a ticket decides who sees it. */
export type Seen = Pick<Ticket, 'departmentId' | 'requesterId'> & Partial<TicketLike>;
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
export const seenOf = (ticket: Seen): Seen =>
  Object.fromEntries(DECIDING.map((field) => [field, ticket[field]])) as unknown as Seen;

/** Did this customer ask for it, or does he get copies of it? */
export const isAskedBy = (
  { id }: Actor,
  { requesterId, ccIds }: Pick<Seen, 'requesterId' | 'ccIds'>,
): boolean => requesterId === id || Boolean(ccIds?.includes(id));

/** The same rule for a ticket of his workspace that is at hand; undefined where too little is known of it. */
function rightsTo(actor: Actor, ticket: Seen): Answer {
  const { departmentId, deletedAt } = ticket;
  if (!reads(actor) || (deletedAt && !readsBin(actor))) return false;
  if (actor.kind === 'app' && actor.departments.length)
    return departmentId !== null && actor.departments.includes(departmentId);
  return isStaff(actor) ? fitsGiven(actor.filter, actor, ticket) : isAskedBy(actor, ticket);
}

export const sees = (actor: Actor, ticket: Seen): boolean => rightsTo(actor, ticket) === true;

export const isVisible = (actor: Actor, ticket: Ticket): boolean =>
  ticket.workspaceId === actor.workspace && sees(actor, ticket);

/**
 * May the actor see this ticket of his workspace, and does the filter let it through? The same meaning as `visible` and `matches`; undefined
 * where only a statement can say.
 */
export function fits(
  filter: TicketFilter | null | undefined,
  actor: Actor,
  ticket: TicketLike,
  now = new Date(),
): Answer {
  const rights = rightsTo(actor, ticket);
  if (rights === false) return false;
  const answer = fitsGiven(filter, actor, ticket, now);
  const isSpam = Boolean(ticket.spam) && readsOnHold(actor);
  if ((isSpam && !asks(filter, 'spam')) || (ticket.deletedAt && !asks(filter, 'deleted')))
    return false;
  return answer && rights;
}
