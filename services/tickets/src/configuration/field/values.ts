import { Refusal, type UserErrorData } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities } from '@deskgraph/common/database/query';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { TicketField } from '../../model/field/field.ts';
import { fieldById } from '../../model/field/queries.ts';
import { formatFieldValue, parseFieldValue } from '../../model/field/value.ts';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import type { FieldValueInput } from './input.ts';
import type { CustomFieldValue, CustomFieldValues } from '@deskgraph/common/contract/ticket-state';

/** Size limit of all values of a ticket together; every event of the ticket carries them. */
const MAX_VALUES_BYTES = 32 * 1024;

@ObjectType({ simpleResolvers: true, description: 'The value of a custom field.' })
@Directive('@shareable')
export class FieldValue {
  @Field(() => ID, { description: 'The custom field.' }) fieldId!: string;
  @Field(() => String, { description: 'The name that programs use, `shoe_size`.' }) key!: string;
  @Field(() => Json, {
    nullable: true,
    description: 'The value, of the type that the kind of the field defines.',
  })
  value!: unknown;
  @Field(() => String, {
    nullable: true,
    description: 'The value as text, in the language of the caller.',
  })
  text!: string | null;
}

/** The values that the caller may see, by key; null is the value of a cleared field. */
export async function visibleFieldValues(
  ctx: Context,
  values: Record<string, CustomFieldValue | null>,
): Promise<FieldValue[]> {
  const visible = await Promise.all(
    Object.entries(values).map(async ([fieldId, value]) => {
      const field = await fieldById(ctx, fieldId);
      return (
        field && {
          fieldId,
          key: field.key,
          value,
          text: value === null ? null : formatFieldValue(field.kind, value, ctx.locales),
        }
      );
    }),
  );
  return visible.filter((value) => value !== null).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The fields that are not deleted, locked against changes until the transaction ends. */
export const lockFieldsForShare = (ctx: Context): Promise<TicketField[]> =>
  ctx.load.byParent(
    'locked fields',
    ctx.workspace,
    () =>
      entities(
        ctx,
        TicketField,
        sql`
          select * from ticket_field where workspace_id = ${ctx.workspace}::uuid and deleted_at is null
          order by id for key share`,
      ),
    ({ workspaceId }) => workspaceId,
  );

export interface FieldValueChanges {
  values: CustomFieldValues;
  /** By field id. */
  changes: Record<string, [from: unknown, to: unknown]>;
  /** The ids of the changed fields that requesters see. */
  publicFields: string[];
}

/**
 * Merges the inputs into the values of a ticket: null clears a value, fields without an input keep
 * theirs. All errors are refused together, at `path` and the key of the field.
 */
export async function applyFieldValues(
  ctx: Context,
  before: CustomFieldValues,
  inputs: readonly FieldValueInput[] | null | undefined,
  path = ['input', 'fields'],
): Promise<FieldValueChanges> {
  const result: FieldValueChanges = { values: { ...before }, changes: {}, publicFields: [] };
  if (!inputs?.length) return result;
  const fields = new Map((await lockFieldsForShare(ctx)).map((field) => [field.id, field]));
  const errors: UserErrorData[] = [];
  const error = ({ key }: TicketField, code: string): UserErrorData => ({
    code,
    field: [...path, key],
  });
  const seen = new Set<string>();
  for (const [index, { fieldId, value = null }] of inputs.entries()) {
    const field = visibleField(ctx, fields.get(fieldId));
    if (!field) errors.push({ code: 'NOT_FOUND', field: [...path, `${index}`, 'fieldId'] });
    else if (!canSeeOnHold(ctx.actor) && !field.editableByRequester)
      errors.push(error(field, 'FORBIDDEN'));
    else if (seen.has(fieldId)) errors.push(error(field, 'TAKEN'));
    else {
      seen.add(fieldId);
      const parsed = parseFieldValue(field, value);
      if ('error' in parsed) errors.push(error(field, parsed.error));
      else setValue(result, field, parsed.value);
    }
  }
  if (errors.length) throw new Refusal(errors);
  if (Buffer.byteLength(JSON.stringify(result.values)) > MAX_VALUES_BYTES)
    throw new Refusal('TOO_LONG', path);
  return result;
}

const visibleField = (
  { actor }: Context,
  field: TicketField | undefined,
): TicketField | undefined =>
  canSeeOnHold(actor) || field?.visibleToRequester ? field : undefined;

function setValue(
  { values, changes, publicFields }: FieldValueChanges,
  field: TicketField,
  value: CustomFieldValue | null,
): void {
  const before = values[field.id] ?? null;
  if (JSON.stringify(before) === JSON.stringify(value)) return;
  changes[field.id] = [before, value];
  if (field.visibleToRequester) publicFields.push(field.id);
  if (value === null) delete values[field.id];
  else values[field.id] = value;
}
