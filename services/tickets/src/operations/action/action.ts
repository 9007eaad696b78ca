import { optionalFields, maxUtf8Bytes, z } from '@deskgraph/common/graphql/input';
import { Duration, durationToMs } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { FieldValueInput } from '../../configuration/field/input.ts';
import { MAX_BODY_BYTES } from '../../model/message/message.ts';
import { fieldValues } from '../../ticketing/ticket/input.ts';
import { tagName } from '../../configuration/tag/input.ts';
import {
  ResolutionCode,
  TicketPriority,
  TicketStatus,
} from '@deskgraph/common/contract/ticket-enums';

const MAX_SNOOZE_MS = 365 * 24 * 3_600_000;
const tags = z.array(tagName).max(50);
const snooze = z
  .string()
  .refine(
    (duration) => (durationToMs(duration) ?? 0) > 0 && durationToMs(duration)! <= MAX_SNOOZE_MS,
  );

@InputType({
  description:
    'Changes to apply to a ticket. Only the given fields have an effect; either all of them are applied or none.',
})
export class TicketActionInput {
  static readonly bounds = optionalFields({
    addTags: tags,
    removeTags: tags,
    fields: fieldValues,
    note: maxUtf8Bytes(MAX_BODY_BYTES),
    snooze,
    notifyAgentIds: z.array(z.string()).max(20),
  });
  @Field(() => TicketStatus, {
    nullable: true,
    description: 'The new status: OPEN, PENDING, ON_HOLD or SOLVED.',
  })
  status?: TicketStatus | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The new custom status; only without `status`.',
  })
  customStatusId?: string | null;
  @Field(() => ResolutionCode, {
    nullable: true,
    description:
      'The reason for SOLVED; only with that status or a custom status based on it. Default ANSWERED when an agent has answered, else required.',
  })
  resolutionCode?: ResolutionCode | null;
  @Field(() => TicketPriority, { nullable: true, description: 'The new priority.' })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'The new category.' }) categoryId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The new department.' })
  departmentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The new assignee; `me` is the caller, null unassigns.',
  })
  assigneeId?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'The names of tags to add, at most 50 of at most 50 characters; tags that do not exist are created.',
  })
  addTags?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'The names of tags to remove, at most 50.',
  })
  removeTags?: string[] | null;
  @Field(() => [FieldValueInput], {
    nullable: true,
    description: 'The values of custom fields to set, at most 100; a null value clears the field.',
  })
  fields?: FieldValueInput[] | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The canned response to send as a public reply, rendered for the ticket.',
  })
  replyId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'A private note to add, in Markdown, at most 64 KiB.',
  })
  note?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True escalates the ticket to the next step of its escalation path, after `departmentId` and `assigneeId` are applied; the note is the reason.',
  })
  escalate?: boolean | null;
  @Field(() => Duration, {
    nullable: true,
    description: 'Snoozes the ticket for this time, at most P365D.',
  })
  snooze?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description:
      'The agents to notify of the ticket, at most 20, after everything else is applied.',
  })
  notifyAgentIds?: string[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True notifies all agents of the ticket’s department, or all agents when it has none, after everything else is applied.',
  })
  notifyDepartment?: boolean | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Changes to apply to a ticket. Only the given fields have an effect; either all of them are applied or none.',
})
export class TicketAction {
  @Field(() => TicketStatus, { nullable: true, description: 'The new status.' })
  status?: TicketStatus | null;
  @Field(() => ID, { nullable: true, description: 'The new custom status.' })
  customStatusId?: string | null;
  @Field(() => ResolutionCode, { nullable: true, description: 'The reason for SOLVED.' })
  resolutionCode?: ResolutionCode | null;
  @Field(() => TicketPriority, { nullable: true, description: 'The new priority.' })
  priority?: TicketPriority | null;
  @Field(() => ID, { nullable: true, description: 'The new category.' }) categoryId?: string | null;
  @Field(() => ID, { nullable: true, description: 'The new department.' })
  departmentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The new assignee; `me` is the agent or app that applies the action.',
  })
  assigneeId?: string | null;
  @Field(() => [String], { nullable: true, description: 'The names of tags to add.' })
  addTags?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'The names of tags to remove.' })
  removeTags?: string[] | null;
  fields?: FieldValueInput[] | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The canned response to send as a public reply.',
  })
  replyId?: string | null;
  @Field(() => String, { nullable: true, description: 'A private note to add, in Markdown.' })
  note?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the ticket is escalated to the next step of its escalation path.',
  })
  escalate?: boolean | null;
  @Field(() => Duration, {
    nullable: true,
    description: 'The time for which the ticket is snoozed.',
  })
  snooze?: string | null;
  @Field(() => [ID], { nullable: true, description: 'The agents who are notified of the ticket.' })
  notifyAgentIds?: string[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether all agents of the ticket’s department are notified of it.',
  })
  notifyDepartment?: boolean | null;
}
