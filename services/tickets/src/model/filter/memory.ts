import type { Actor } from '@deskgraph/common/auth/access';
import {
  type Answer,
  choiceFits,
  idFits,
  idsFit,
  instantFits,
  numberFits,
  textFits,
  treeFits,
  wordsFit,
} from '@deskgraph/common/filter/memory-filter';
import { when } from '@deskgraph/common/filter/sql-filter';
import { fieldsFit } from './custom-field-memory.ts';
import { type FieldFilter, refuseUnclear } from '@deskgraph/common/filter/custom-field-filter';
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
export function fitsGiven(
  filter: TicketFilter | null | undefined,
  actor: Actor,
  ticket: Partial<TicketLike>,
  now = new Date(),
  alone = false,
): Answer {
  const full = readsOnHold(actor);
  return treeFits<TicketFilter>(filter, (f) => [
    ...when(f.id, (id) => idFits(ticket.id, id, actor.id)),
    ...when(f.number, (number) => numberFits(ticket.number, number)),
    ...when(f.text, () => undefined),
    ...when(f.status, (given) =>
      choiceFits(ticket.status && statusFor(actor, ticket.status), given),
    ),
    ...when(f.customStatusId, (id) => full && idFits(ticket.customStatusId, id, actor.id)),
    ...when(f.formId, (id) => full && idFits(ticket.formId, id, actor.id)),
    ...when(f.priority, (given) => choiceFits(ticket.priority, given)),
    ...when(f.channel, (given) => choiceFits(ticket.channel, given)),
    ...when(f.locale, (text) => textFits(ticket.locale, text)),
    ...when(f.categoryId, (id) => idFits(ticket.categoryId, id, actor.id)),
    ...when(f.departmentId, (id) => idFits(ticket.departmentId, id, actor.id)),
    ...when(f.assigneeId, (id) => idFits(ticket.assigneeId, id, actor.id)),
    ...when(f.requesterId, (id) => idFits(ticket.requesterId, id, actor.id)),
    ...when(f.followerId, (id) => full && idsFit(ticket.followerIds, id, actor.id)),
    ...when(f.organizationId, (id) => idFits(ticket.organizationId, id, actor.id)),
    ...when(f.problemId, (id) => full && idFits(ticket.problemId, id, actor.id)),
    ...when(f.tag, (tag) => full && wordsFit(ticket.tags, tag)),
    ...when(f.field, (fields) => customFit(fields, full, ticket.fields, { now, alone })),
    ...when(f.product, (text) => textFits(ticket.product, text)),
    ...when(f.externalId, (text) => textFits(ticket.externalId, text)),
    ...when(f.handled, (handled) =>
      ticket.handled === undefined ? undefined : ticket.handled === handled,
    ),
    ...when(f.reopenCount, (number) => numberFits(ticket.reopenCount, number)),
    ...when(f.transferCount, (number) => numberFits(ticket.transferCount, number)),
    ...when(f.escalated, (escalated) => full && Boolean(ticket.escalation) === escalated),
    ...when(f.snoozed, (snoozed) => full && Boolean(ticket.snooze) === snoozed),
    ...when(f.spam, (given) => (full && Boolean(ticket.spam)) === given),
    ...when(f.deleted, (deleted) => Boolean(ticket.deletedAt) === deleted),
    ...when(f.createdAt, (at) => instantFits(ticket.createdAt, at, now)),
    ...when(f.updatedAt, (at) =>
      instantFits(full ? ticket.updatedAt : ticket.publicUpdatedAt, at, now),
    ),
    ...when(f.solvedAt, (at) => instantFits(ticket.solvedAt, at, now)),
    ...when(f.closedAt, (at) => instantFits(ticket.closedAt, at, now)),
    ...when(f.waitingSince, (at) => instantFits(ticket.waitingSince, at, now)),
  ]);
}

/** What of the fields is shown to requesters is not known of a ticket at hand. */
function customFit(
  fields: FieldFilter[],
  full: boolean,
  values: CustomFieldValues | undefined,
  { now, alone }: { now: Date; alone: boolean },
): Answer {
  if (full) return fieldsFit(fields, values, now, alone);
  refuseUnclear(fields);
  return undefined;
}
