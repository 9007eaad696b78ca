import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { fieldBounds, refuseInvalidField } from '../../model/field/check.ts';
import { fieldState } from './events.ts';
import { TicketField } from '../../model/field/field.ts';
import { locked } from './lock.ts';

@InputType({
  description:
    'Input of ticketFieldUpdate. What is left out stays. Values that tickets have stay, also when they would be refused now.',
})
export class TicketFieldUpdateInput {
  static readonly bounds = fieldBounds;
  @Field(() => ID, { description: 'Which field.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name for people; at most 100 characters; can’t be cleared.',
  })
  label?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'All that can be chosen from now on, for CHOICE and CHOICES; at most 100 of 100 characters; can’t be cleared.',
  })
  options?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The regular expression (RE2) that new values match as a whole, for PATTERN; at most 200 characters; can’t be cleared.',
  })
  pattern?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether requesters see it and its values; changes of before are told to them only if it was shown then.',
  })
  visibleToRequester?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether requesters fill it when they create a ticket; it must be shown to them then.',
  })
  editableByRequester?: boolean | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFieldUpdate.' })
export class TicketFieldUpdatePayload extends Payload {
  @Field(() => TicketField, {
    nullable: true,
    description: 'The field as it now stands; null when refused.',
  })
  ticketField?: TicketField | null;
}

const PARTS = ['label', 'options', 'pattern', 'visibleToRequester', 'editableByRequester'] as const;

export async function updateField(
  ctx: Context,
  input: TicketFieldUpdateInput,
): Promise<TicketFieldUpdatePayload> {
  const field = await locked(ctx, input.id);
  expectVersion(field, input.expectedVersion);
  const before = fieldState(field);
  for (const part of PARTS) {
    if (input[part] === null) throw new Refusal('REQUIRED', part);
    if (input[part] !== undefined) Object.assign(field, { [part]: input[part] });
  }
  refuseInvalidField(field);
  const after = fieldState(field);
  const changes = changesOf(before, after);
  if (!changes) return { ticketField: field, userErrors: [] };
  touch(field);
  await record(ctx, 'field.updated', field, { state: after, changes });
  return { ticketField: field, userErrors: [] };
}
