import type { Actor } from '@deskgraph/common/auth/access';
import {
  type FilterResult,
  choiceFilterMatches,
  idFilterMatches,
  idListFilterMatches,
  instantFilterMatches,
  numberFilterMatches,
  textFilterMatches,
  treeFilterMatches,
  tagFilterMatches,
} from '@deskgraph/common/filter/memory-filter';
import { whenPresent } from '@deskgraph/common/filter/sql-filter';
import { customFieldFiltersMatch } from './custom-field-memory.ts';
import {
  type FieldFilter,
  refuseInvalidFieldFilters,
} from '@deskgraph/common/filter/custom-field-filter';
import type { CustomFieldValues } from '../field/value.ts';
import type { TicketFilter } from './sql.ts';
import type { Rest } from '../ticket/snooze-type.ts';
import type { EscalationState, Ticket } from '../ticket/ticket.ts';
import { readsOnHold, statusFor } from '../ticket/read-rights.ts';

type Asked =
  | 'number'
  | 'status'
  | 'customStatusId'
  | 'formId'
  | 'priority'
  | 'channel'
  | 'locale'
  | 'categoryId'
  | 'assigneeId'
  | 'organizationId'
  | 'problemId'
  | 'tags'
  | 'product'
  | 'externalId'
  | 'handled'
  | 'reopenCount'
  | 'transferCount';

/** A ticket at hand: a stored one, or the state that a fact carries, with its id. Facts of former times may know less. */
export type TicketLike = Pick<Ticket, 'id' | 'departmentId' | 'requesterId'> & {
  [Field in Asked]?: Ticket[Field] | undefined;
} & {
  /** Facts of the time before there were any know none. */
  ccIds?: readonly string[] | undefined;
  deletedAt?: Date | string | null | undefined;
  /** Facts of the time before anybody could follow know none. */
  followerIds?: readonly string[] | undefined;
  /** Of custom fields; facts of the time before there were any know none. */
  fields?: CustomFieldValues | undefined;
  createdAt?: Date | string | undefined;
  updatedAt?: Date | string | undefined;
  /** What requesters read as the last change. */
  publicUpdatedAt?: Date | string | undefined;
  /** Null when not solved. */
  solvedAt?: Date | string | null | undefined;
  /** Null when not closed. */
  closedAt?: Date | string | null | undefined;
  /** Null when answered. */
  waitingSince?: Date | string | null | undefined;
  /** Facts of the time before there was any have none. */
  snooze?: Rest | null | undefined;
  escalation?: EscalationState | null | undefined;
  spam?: boolean | undefined;
};

/**
 * What is given in the filter about a ticket at hand, with the same meaning as `matchesGiven`; undefined where only a statement can say. `alone`:
 * there is none to ask, so that letters are compared as well as can be.
 */
export function ticketFilterMatches(
  filter: TicketFilter | null | undefined,
  actor: Actor,
  ticket: Partial<TicketLike>,
  now = new Date(),
  alone = false,
): FilterResult {
  const full = readsOnHold(actor);
  return treeFilterMatches<TicketFilter>(filter, (f) => [
    ...whenPresent(f.id, (id) => idFilterMatches(ticket.id, id, actor.id)),
    ...whenPresent(f.number, (number) => numberFilterMatches(ticket.number, number)),
    ...whenPresent(f.text, () => undefined),
    ...whenPresent(f.status, (given) =>
      choiceFilterMatches(ticket.status && statusFor(actor, ticket.status), given),
    ),
    ...whenPresent(
      f.customStatusId,
      (id) => full && idFilterMatches(ticket.customStatusId, id, actor.id),
    ),
    ...whenPresent(f.formId, (id) => full && idFilterMatches(ticket.formId, id, actor.id)),
    ...whenPresent(f.priority, (given) => choiceFilterMatches(ticket.priority, given)),
    ...whenPresent(f.channel, (given) => choiceFilterMatches(ticket.channel, given)),
    ...whenPresent(f.locale, (text) => textFilterMatches(ticket.locale, text)),
    ...whenPresent(f.categoryId, (id) => idFilterMatches(ticket.categoryId, id, actor.id)),
    ...whenPresent(f.departmentId, (id) => idFilterMatches(ticket.departmentId, id, actor.id)),
    ...whenPresent(f.assigneeId, (id) => idFilterMatches(ticket.assigneeId, id, actor.id)),
    ...whenPresent(f.requesterId, (id) => idFilterMatches(ticket.requesterId, id, actor.id)),
    ...whenPresent(
      f.followerId,
      (id) => full && idListFilterMatches(ticket.followerIds, id, actor.id),
    ),
    ...whenPresent(f.organizationId, (id) => idFilterMatches(ticket.organizationId, id, actor.id)),
    ...whenPresent(f.problemId, (id) => full && idFilterMatches(ticket.problemId, id, actor.id)),
    ...whenPresent(f.tag, (tag) => full && tagFilterMatches(ticket.tags, tag)),
    ...whenPresent(f.field, (fields) => customFit(fields, full, ticket.fields, { now, alone })),
    ...whenPresent(f.product, (text) => textFilterMatches(ticket.product, text)),
    ...whenPresent(f.externalId, (text) => textFilterMatches(ticket.externalId, text)),
    ...whenPresent(f.handled, (handled) =>
      ticket.handled === undefined ? undefined : ticket.handled === handled,
    ),
    ...whenPresent(f.reopenCount, (number) => numberFilterMatches(ticket.reopenCount, number)),
    ...whenPresent(f.transferCount, (number) => numberFilterMatches(ticket.transferCount, number)),
    ...whenPresent(f.escalated, (escalated) => full && Boolean(ticket.escalation) === escalated),
    ...whenPresent(f.snoozed, (snoozed) => full && Boolean(ticket.snooze) === snoozed),
    ...whenPresent(f.spam, (given) => (full && Boolean(ticket.spam)) === given),
    ...whenPresent(f.deleted, (deleted) => Boolean(ticket.deletedAt) === deleted),
    ...whenPresent(f.createdAt, (at) => instantFilterMatches(ticket.createdAt, at, now)),
    ...whenPresent(f.updatedAt, (at) =>
      instantFilterMatches(full ? ticket.updatedAt : ticket.publicUpdatedAt, at, now),
    ),
    ...whenPresent(f.solvedAt, (at) => instantFilterMatches(ticket.solvedAt, at, now)),
    ...whenPresent(f.closedAt, (at) => instantFilterMatches(ticket.closedAt, at, now)),
    ...whenPresent(f.waitingSince, (at) => instantFilterMatches(ticket.waitingSince, at, now)),
  ]);
}

/** What of the fields is shown to requesters is not known of a ticket at hand. */
function customFit(
  fields: FieldFilter[],
  full: boolean,
  values: CustomFieldValues | undefined,
  { now, alone }: { now: Date; alone: boolean },
): FilterResult {
  if (full) return customFieldFiltersMatch(fields, values, now, alone);
  refuseInvalidFieldFilters(fields);
  return undefined;
}
