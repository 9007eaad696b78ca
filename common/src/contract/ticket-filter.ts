import 'reflect-metadata';
import { Field, InputType } from 'type-graphql';
import {
  type ChoiceFilter,
  DateTimeFilter,
  FieldFilter,
  IdFilter,
  NumberFilter,
  StringFilter,
  TagFilter,
  choiceFilterInput,
} from '../filter/filter-inputs.ts';
import { ChannelKind, TicketPriority, TicketStatus } from './ticket-enums.ts';

export const TicketStatusFilter = choiceFilterInput(
  TicketStatus,
  'TicketStatusFilter',
  'A condition on the status of a ticket. All given parts hold together.',
);
export const TicketPriorityFilter = choiceFilterInput(
  TicketPriority,
  'TicketPriorityFilter',
  'A condition on the priority of a ticket. All given parts hold together.',
);
export const ChannelKindFilter = choiceFilterInput(
  ChannelKind,
  'ChannelKindFilter',
  'A condition on the channel of a ticket. All given parts hold together.',
);

@InputType({
  description:
    'A condition on tickets. All given fields hold together; at most 5 levels and 100 objects.',
})
export class TicketFilter {
  @Field(() => IdFilter, { nullable: true, description: 'The id.' })
  id?: IdFilter | null;
  @Field(() => NumberFilter, { nullable: true, description: 'The ticket number.' })
  number?: NumberFilter | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Words in the subject, the messages and the requester’s name, in any language and order; also the number, `#123`, and the requester’s mail address. At most 200 characters; a blank text matches every ticket.',
  })
  text?: string | null;
  @Field(() => TicketStatusFilter, { nullable: true, description: 'The status.' })
  status?: ChoiceFilter<TicketStatus> | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The custom status that refines the status. For staff only.',
  })
  customStatusId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The form with which the ticket was created. For staff only.',
  })
  formId?: IdFilter | null;
  @Field(() => TicketPriorityFilter, { nullable: true, description: 'The priority.' })
  priority?: ChoiceFilter<TicketPriority> | null;
  @Field(() => ChannelKindFilter, {
    nullable: true,
    description: 'The channel through which the ticket was created.',
  })
  channel?: ChoiceFilter<ChannelKind> | null;
  @Field(() => StringFilter, { nullable: true, description: 'The language of the requester.' })
  locale?: StringFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The category. Its subcategories are not included; list their ids too.',
  })
  categoryId?: IdFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'The department.' })
  departmentId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The assigned agent; `isNull: true` matches unassigned tickets.',
  })
  assigneeId?: IdFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'The customer who is the requester.' })
  requesterId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description:
      'A staff member who follows the ticket; `isNull: true` matches tickets without followers. For staff only.',
  })
  followerId?: IdFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'The organization of the ticket.' })
  organizationId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The problem to which the ticket is linked as an incident. For staff only.',
  })
  problemId?: IdFilter | null;
  @Field(() => TagFilter, { nullable: true, description: 'The tags, by name. For staff only.' })
  tag?: TagFilter | null;
  @Field(() => [FieldFilter], {
    nullable: true,
    description: 'Values of custom fields. All of these conditions hold; at most 10.',
  })
  field?: FieldFilter[] | null;
  @Field(() => StringFilter, { nullable: true, description: 'The product.' })
  product?: StringFilter | null;
  @Field(() => StringFilter, {
    nullable: true,
    description: 'The id of the ticket in a partner’s system.',
  })
  externalId?: StringFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'The instant of the creation.',
  })
  createdAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'The instant of the last change that the caller may see.',
  })
  updatedAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'The instant of the solution; set while the ticket is SOLVED or CLOSED.',
  })
  solvedAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'The instant of the closing.' })
  closedAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, {
    nullable: true,
    description:
      'The instant since which the requester waits for an answer; `olderThan: "PT4H"` matches tickets unanswered for more than 4 hours.',
  })
  waitingSince?: DateTimeFilter | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Answered by an agent (true), or not (false).',
  })
  handled?: boolean | null;
  @Field(() => NumberFilter, {
    nullable: true,
    description: 'The number of times the ticket was reopened after SOLVED.',
  })
  reopenCount?: NumberFilter | null;
  @Field(() => NumberFilter, {
    nullable: true,
    description: 'The number of times the ticket moved between departments.',
  })
  transferCount?: NumberFilter | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Escalated now (true), or not (false). For staff only.',
  })
  escalated?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Snoozed now (true), or not (false); queues usually set false. For staff only.',
  })
  snoozed?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'In the spam queue (true), or not (false). Spam is left out unless this field is set anywhere in the filter. For staff only.',
  })
  spam?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'In the bin (true), or not (false). Deleted tickets are left out unless this field is set anywhere in the filter. For callers who may restore tickets.',
  })
  deleted?: boolean | null;
  @Field(() => [TicketFilter], { nullable: true, description: 'All of these conditions hold.' })
  and?: TicketFilter[] | null;
  @Field(() => [TicketFilter], {
    nullable: true,
    description: 'At least one of these conditions holds.',
  })
  or?: TicketFilter[] | null;
  @Field(() => TicketFilter, { nullable: true, description: 'This condition does not hold.' })
  not?: TicketFilter | null;
}
