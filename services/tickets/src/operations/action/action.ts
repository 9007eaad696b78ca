import { optionalFields, maxUtf8Bytes, z } from '@deskgraph/common/graphql/input';
import { Duration, durationToMs } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { FieldValueInput } from '../../configuration/field/input.ts';
import { MAX_BODY_BYTES, fieldValues } from '../../ticketing/ticket/input.ts';
import { tagName } from '../../configuration/tag/input.ts';
import { ResolutionCode, TicketPriority, TicketStatus } from '../../model/ticket/enums.ts';

const LONGEST_MS = 365 * 24 * 3_600_000;
const tags = z.array(tagName).max(50);
const length = z
  .string()
  .refine((text) => (durationToMs(text) ?? 0) > 0 && durationToMs(text)! <= LONGEST_MS);

@InputType({
  description: 'What is done to a ticket; only the given fields act, all of them together or none.',
})
export class TicketActionInput {
  static readonly bounds = optionalFields({
    addTags: tags,
    removeTags: tags,
    fields: fieldValues,
    note: maxUtf8Bytes(MAX_BODY_BYTES),
    snooze: length,
    notifyAgentIds: z.array(z.string()).max(20),
  });
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The status to move to: OPEN, PENDING, ON_HOLD or SOLVED.',
  })
  status?: TicketStatus | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The custom status to move to; only without `status`.',
  })
  customStatusId?: string | null;
  @Field(() => ResolutionCode, {
    nullable: true,
    description:
      'Why it is SOLVED; only with that status, or a custom one on it. Default ANSWERED when an agent has answered, else required.',
  })
  resolutionCode?: ResolutionCode | null;
  @Field(() => TicketPriority, { nullable: true, description: 'The priority.' })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'What it is about.' }) categoryId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The department that is to work on it.' })
  departmentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The agent in charge, `me` for who does it; null unassigns.',
  })
  assigneeId?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Labels to add by name, at most 50 of 50 characters; new ones are made.',
  })
  addTags?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Labels to take away by name, at most 50.',
  })
  removeTags?: string[] | null;
  @Field(() => [FieldValueInput], {
    nullable: true,
    description: 'Values of custom fields to set, at most 100; null clears.',
  })
  fields?: FieldValueInput[] | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The stored answer to reply by, filled for the ticket.',
  })
  replyId?: string | null;
  @Field(() => String, { nullable: true, description: 'A private note, Markdown, at most 64 KiB.' })
  note?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True escalates to the next step of the ticket’s path, after it was put into the hands that are given here; the note says why.',
  })
  escalate?: boolean | null;
  @Field(() => Duration, { nullable: true, description: 'Postpone for so long, at most P365D.' })
  snooze?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description:
      'Staff to call to the ticket by a notification, at most 20; once all else is done.',
  })
  notifyAgentIds?: string[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Call all who work in the department of the ticket by a notification, or everybody when it has none; once all else is done.',
  })
  notifyDepartment?: boolean | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'What is done to a ticket; only the given fields act, all of them together or none.',
})
export class TicketAction {
  @Field(() => TicketStatus, { nullable: true, description: 'The status to move to.' })
  status?: TicketStatus | null;
  @Field(() => ID, { nullable: true, description: 'The custom status to move to.' })
  customStatusId?: string | null;
  @Field(() => ResolutionCode, { nullable: true, description: 'Why it is SOLVED.' })
  resolutionCode?: ResolutionCode | null;
  @Field(() => TicketPriority, { nullable: true, description: 'The priority.' })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'What it is about.' }) categoryId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The department that is to work on it.' })
  departmentId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The agent in charge, `me` for who does it.' })
  assigneeId?: string | null;
  @Field(() => [String], { nullable: true, description: 'Labels that are added, by name.' })
  addTags?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Labels that are taken away, by name.' })
  removeTags?: string[] | null;
  fields?: FieldValueInput[] | null;
  @Field(() => ID, { nullable: true, description: 'The stored answer that is replied by.' })
  replyId?: string | null;
  @Field(() => String, { nullable: true, description: 'A private note, Markdown.' }) note?:
    | string
    | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is escalated to the next step of its path.',
  })
  escalate?: boolean | null;
  @Field(() => Duration, { nullable: true, description: 'Postponed for so long.' }) snooze?:
    | string
    | null;
  @Field(() => [ID], { nullable: true, description: 'Staff who are called to the ticket.' })
  notifyAgentIds?: string[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether all who work in the department are called to the ticket.',
  })
  notifyDepartment?: boolean | null;
}
