import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Field, InputType, ObjectType } from 'type-graphql';
import { fieldBounds, refuseInvalidField } from '../../model/field/check.ts';
import { fieldState } from './events.ts';
import { FieldKind, TicketField } from '../../model/field/field.ts';
import { refuseMore } from './lock.ts';

@InputType({ description: 'Input of ticketFieldCreate.' })
export class TicketFieldCreateInput {
  static readonly bounds = fieldBounds;
  @Field(() => String, {
    description:
      'The name for programs, of `a-z0-9_`, a letter first, at most 50 characters; unique in the workspace, never changes.',
  })
  key!: string;
  @Field(() => String, { description: 'The name for people; at most 100 characters.' })
  label!: string;
  @Field(() => FieldKind, { description: 'What its values are; never changes.' }) kind!: FieldKind;
  @Field(() => [String], {
    nullable: true,
    description:
      'What can be chosen; required for CHOICE and CHOICES, refused for others; at most 100 of 100 characters.',
  })
  options?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The regular expression (RE2) that values match as a whole; required for PATTERN, refused for others; at most 200 characters.',
  })
  pattern?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether requesters see it and its values; default false.',
  })
  visibleToRequester?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether requesters fill it when they create a ticket; default false. It must be shown to them then.',
  })
  editableByRequester?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFieldCreate.' })
export class TicketFieldCreatePayload extends Payload {
  @Field(() => TicketField, {
    nullable: true,
    description: 'The field as it now stands; null when refused.',
  })
  ticketField?: TicketField | null;
}

export async function createField(
  ctx: Context,
  input: TicketFieldCreateInput,
): Promise<TicketFieldCreatePayload> {
  const { key, label, kind } = input;
  const definition = {
    kind,
    options: input.options ?? [],
    pattern: input.pattern ?? null,
    visibleToRequester: input.visibleToRequester ?? false,
    editableByRequester: input.editableByRequester ?? false,
  };
  refuseInvalidField(definition);
  await refuseMore(ctx, key);
  const field = ctx.em.create(TicketField, {
    id: newId('fld'),
    workspaceId: ctx.workspace,
    key,
    label,
    ...definition,
  });
  await record(ctx, 'field.created', field, { state: fieldState(field) });
  return { ticketField: field, userErrors: [] };
}
