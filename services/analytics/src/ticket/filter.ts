import type { SqlBool } from 'kysely';
import {
  DateTimeFilter,
  type ChoiceFilter,
  type Condition,
  IdFilter,
  NumberFilter,
  StringFilter,
  TagFilter,
  choiceFilterToSql,
  idFilterToSql,
  instantFilterToSql,
  withinListLimit,
  numberFilterToSql,
  normalizedTextFilterToSql,
  filterUses,
  treeFilterToSql,
  whenPresent,
  normalizeTag,
} from '@deskgraph/common/filter/sql-filter';
import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { Field, InputType } from 'type-graphql';
import { FieldFilter } from '@deskgraph/common/filter/custom-field-filter';
import { customFieldFiltersToSql } from './field.ts';
import { ChannelKind, TicketPriority, TicketStatus } from './enums.ts';

@InputType({ description: 'A condition on the status of a ticket.' })
export class TicketStatusFilter implements ChoiceFilter<TicketStatus> {
  @Field(() => TicketStatus, { nullable: true, description: 'Is this one.' })
  eq?: TicketStatus | null;
  @Field(() => [TicketStatus], { nullable: true, description: 'Is one of these.' }) in?:
    | TicketStatus[]
    | null;
  @Field(() => [TicketStatus], { nullable: true, description: 'Is none of these.' }) notIn?:
    | TicketStatus[]
    | null;
}

@InputType({ description: 'A condition on the priority of a ticket.' })
export class TicketPriorityFilter implements ChoiceFilter<TicketPriority> {
  @Field(() => TicketPriority, { nullable: true, description: 'Is this one.' })
  eq?: TicketPriority | null;
  @Field(() => [TicketPriority], { nullable: true, description: 'Is one of these.' }) in?:
    | TicketPriority[]
    | null;
  @Field(() => [TicketPriority], { nullable: true, description: 'Is none of these.' }) notIn?:
    | TicketPriority[]
    | null;
}

@InputType({ description: 'A condition on the channel that a ticket came in by.' })
export class ChannelKindFilter implements ChoiceFilter<ChannelKind> {
  @Field(() => ChannelKind, { nullable: true, description: 'Is this one.' })
  eq?: ChannelKind | null;
  @Field(() => [ChannelKind], { nullable: true, description: 'Is one of these.' }) in?:
    | ChannelKind[]
    | null;
  @Field(() => [ChannelKind], { nullable: true, description: 'Is none of these.' }) notIn?:
    | ChannelKind[]
    | null;
}

@InputType({
  description:
    'Which tickets. All given conditions hold together; at most 5 levels and 100 objects.',
})
export class TicketFilter {
  @Field(() => IdFilter, { nullable: true, description: 'The id.' }) id?: IdFilter | null;
  @Field(() => NumberFilter, { nullable: true, description: 'The number that people quote.' })
  number?: NumberFilter | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Words in the subject, the messages and the requester’s name, in any language and order; also the number, `#123`, and the requester’s mail address. At most 200 characters; a blank text asks for nothing.',
  })
  text?: string | null;
  @Field(() => TicketStatusFilter, { nullable: true, description: 'The status.' })
  status?: TicketStatusFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The workspace’s own status that refines the status; for staff only.',
  })
  customStatusId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The form that it was made with; for staff only.',
  })
  formId?: IdFilter | null;
  @Field(() => TicketPriorityFilter, { nullable: true, description: 'The priority.' })
  priority?: TicketPriorityFilter | null;
  @Field(() => ChannelKindFilter, {
    nullable: true,
    description: 'The channel that it came in by.',
  })
  channel?: ChannelKindFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The language of the requester.' })
  locale?: StringFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'What it is about; categories below that one are asked for by their own ids.',
  })
  categoryId?: IdFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'The department that holds it.' })
  departmentId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The agent in charge; `isNull: true` means unassigned.',
  })
  assigneeId?: IdFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'The customer who asks.' })
  requesterId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description:
      'A member of the staff who follows it; `isNull: true` means that nobody does. For staff only.',
  })
  followerId?: IdFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'The organization that it is asked for.' })
  organizationId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The problem that it is an incident of; for staff only.',
  })
  problemId?: IdFilter | null;
  @Field(() => TagFilter, { nullable: true, description: 'Labels by name; for staff only.' })
  tag?: TagFilter | null;
  @Field(() => [FieldFilter], {
    nullable: true,
    description: 'Values of custom fields; all of these hold, at most 10.',
  })
  field?: FieldFilter[] | null;
  @Field(() => StringFilter, { nullable: true, description: 'The product that it is about.' })
  product?: StringFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The id that a partner gave it.' })
  externalId?: StringFilter | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'When it was created.' })
  createdAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When it last changed, as far as the caller may see.',
  })
  updatedAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When it was solved; set while it is SOLVED or CLOSED.',
  })
  solvedAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'When it was closed.' })
  closedAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description:
      'Since when the requester has no answer; `olderThan: "PT4H"` means unanswered for more than 4 hours.',
  })
  waitingSince?: DateTimeFilter | null;
  @Field(() => Boolean, { nullable: true, description: 'Answered by an agent, or not.' }) handled?:
    | boolean
    | null;
  @Field(() => NumberFilter, {
    nullable: true,
    description: 'How often it went back to work after SOLVED.',
  })
  reopenCount?: NumberFilter | null;
  @Field(() => NumberFilter, {
    nullable: true,
    description: 'How often it moved between departments.',
  })
  transferCount?: NumberFilter | null;
  @Field(() => Boolean, { nullable: true, description: 'Escalated now, or not. For staff only.' })
  escalated?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Postponed now, or not; a queue asks for false. For staff only.',
  })
  snoozed?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'In the spam queue, or not. Spam is left out unless this is asked for anywhere in the filter; for staff only.',
  })
  spam?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'In the bin, or not. What is in the bin is left out unless this is asked for anywhere in the filter; for those who may restore it.',
  })
  deleted?: boolean | null;
  @Field(() => [TicketFilter], { nullable: true, description: 'Every one of these holds.' }) and?:
    | TicketFilter[]
    | null;
  @Field(() => [TicketFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: TicketFilter[] | null;
  @Field(() => TicketFilter, { nullable: true, description: 'This does not hold.' })
  not?: TicketFilter | null;
}

/** Are spam or things in the bin asked for? */
export const filterUsesHidden = (filter: TicketFilter | null | undefined): boolean =>
  filterUses(filter, 'spam') || filterUses(filter, 'deleted');

/** The filter as a condition on `t`, the ticket as it stands today. Spam and what is in the bin are let through only when they are asked for. */
export function reportFilterToSql(
  filter: TicketFilter | null | undefined,
  actor: Actor,
): Condition {
  const genuine = filterUses(filter, 'spam') ? sql`` : sql`and not t.spam`;
  const kept = filterUses(filter, 'deleted') ? sql`` : sql`and not t.deleted`;
  return sql`${ticketFilterToSql(filter, actor)} ${filterUsesHidden(filter) ? sql`${genuine} ${kept}` : sql``}`;
}

/** Only what is given in the filter. */
export const ticketFilterToSql = (
  filter: TicketFilter | null | undefined,
  actor: Actor,
): Condition =>
  treeFilterToSql(filter, (f) => [
    ...whenPresent(f.id, (id) => idFilterToSql(sql`t.id`, 'tkt', id, actor.id)),
    ...whenPresent(f.number, (number) => numberFilterToSql(sql`t.number`, number)),
    ...whenPresent(f.text, refuseText),
    ...whenPresent(f.status, (given) => choiceFilterToSql(sql`t.status`, given)),
    ...whenPresent(f.customStatusId, (id) =>
      idFilterToSql(sql`t.custom_status_id`, 'sta', id, actor.id),
    ),
    ...whenPresent(f.formId, (id) => idFilterToSql(sql`t.form_id`, 'frm', id, actor.id)),
    ...whenPresent(f.priority, (given) => choiceFilterToSql(sql`t.priority`, given)),
    ...whenPresent(f.channel, (given) => choiceFilterToSql(sql`t.channel`, given)),
    ...whenPresent(f.locale, (text) => normalizedTextFilterToSql(sql`t.locale_word`, text)),
    ...whenPresent(f.categoryId, (id) => idFilterToSql(sql`t.category_id`, 'cat', id, actor.id)),
    ...whenPresent(f.departmentId, (id) =>
      idFilterToSql(sql`t.department_id`, 'dep', id, actor.id),
    ),
    ...whenPresent(f.assigneeId, (id) => idFilterToSql(sql`t.assignee_id`, 'agt', id, actor.id)),
    ...whenPresent(f.requesterId, (id) => idFilterToSql(sql`t.requester_id`, 'cus', id, actor.id)),
    ...whenPresent(f.followerId, (id) => followedBy(id, actor.id)),
    ...whenPresent(f.organizationId, (id) =>
      idFilterToSql(sql`t.organization_id`, 'org', id, actor.id),
    ),
    ...whenPresent(f.problemId, (id) => idFilterToSql(sql`t.problem_id`, 'tkt', id, actor.id)),
    ...whenPresent(f.tag, tagged),
    ...whenPresent(f.field, customFieldFiltersToSql),
    ...whenPresent(f.product, (text) => normalizedTextFilterToSql(sql`t.product_word`, text)),
    ...whenPresent(f.externalId, (text) =>
      normalizedTextFilterToSql(sql`t.external_id_word`, text),
    ),
    ...whenPresent(f.handled, (handled) => sql<SqlBool>`t.handled = ${handled}`),
    ...whenPresent(f.reopenCount, (number) => numberFilterToSql(sql`t.reopen_count`, number)),
    ...whenPresent(f.transferCount, (number) => numberFilterToSql(sql`t.transfer_count`, number)),
    ...whenPresent(f.escalated, (escalated) => sql<SqlBool>`t.escalated = ${escalated}`),
    ...whenPresent(f.snoozed, (snoozed) => sql<SqlBool>`t.snoozed = ${snoozed}`),
    ...whenPresent(f.spam, (spam) => sql<SqlBool>`t.spam = ${spam}`),
    ...whenPresent(f.deleted, (deleted) => sql<SqlBool>`t.deleted = ${deleted}`),
    ...whenPresent(f.createdAt, (at) => instantFilterToSql(sql`t.created_at`, at)),
    ...whenPresent(f.updatedAt, (at) => instantFilterToSql(sql`t.updated_at`, at)),
    ...whenPresent(f.solvedAt, (at) => instantFilterToSql(sql`t.solved_at`, at)),
    ...whenPresent(f.closedAt, (at) => instantFilterToSql(sql`t.closed_at`, at)),
    ...whenPresent(f.waitingSince, (at) => instantFilterToSql(sql`t.waiting_since`, at)),
  ]);

function refuseText(): never {
  throw new Refusal([
    {
      code: 'INVALID',
      field: ['filter', 'text'],
      message: 'Reports hold no texts; filter by another field.',
    },
  ]);
}

function followedBy({ eq, in: some, notIn, isNull }: IdFilter, me: string): Condition {
  const by = (ids: string[]): Condition =>
    sql<SqlBool>`t.follower_ids && ${withinListLimit(ids).map((id) => (id === 'me' ? me : id))}::text[]`;
  const conditions = [
    ...whenPresent(eq, (id) => by([id])),
    ...whenPresent(some, by),
    ...whenPresent(notIn, (ids) => sql<SqlBool>`not (${by(ids)})`),
    ...whenPresent(isNull, (none) => sql<SqlBool>`(t.follower_ids = '{}') = ${none}`),
  ];
  return conditions.length
    ? sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
    : sql<SqlBool>`true`;
}

/** A condition on the labels of a fact. */
function tagged({ any, all, none }: TagFilter): Condition {
  const lower = (names: string[]): string[] => withinListLimit(names).map(normalizeTag);
  const conditions = [
    ...whenPresent(any, (names) => sql<SqlBool>`t.tags && ${lower(names)}::text[]`),
    ...whenPresent(all, (names) => sql<SqlBool>`t.tags @> ${lower(names)}::text[]`),
    ...whenPresent(none, (names) => sql<SqlBool>`not (t.tags && ${lower(names)}::text[])`),
  ];
  return conditions.length
    ? sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
    : sql<SqlBool>`true`;
}
