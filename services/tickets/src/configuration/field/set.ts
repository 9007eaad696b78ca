import { Refusal, type UserErrorData } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { readsOnHold } from '../../model/ticket/read-rights.ts';
import type { TicketField } from '../../model/field/field.ts';
import type { FieldValueInput } from './input.ts';
import { lockFieldsForShare } from './lock.ts';
import { type CustomFieldValues, parseFieldValue } from '../../model/field/value.ts';

/** What all values of a ticket may take, as every fact about it carries them. */
const MOST_BYTES = 32 * 1024;

export interface FieldValueChanges {
  values: CustomFieldValues;
  /** What changed, by the ids of the fields. */
  changes: Record<string, [from: unknown, to: unknown]>;
  /** Those of them that requesters see. */
  publicFields: string[];
}

/** The values of a ticket with those of an input at `place`: null clears, what is not named stays. All that is wrong is refused together. */
export async function applyFieldValues(
  ctx: Context,
  before: CustomFieldValues,
  inputs: readonly FieldValueInput[] | null | undefined,
  place = ['input', 'fields'],
): Promise<FieldValueChanges> {
  const after: FieldValueChanges = { values: { ...before }, changes: {}, publicFields: [] };
  if (!inputs?.length) return after;
  const fields = new Map((await lockFieldsForShare(ctx)).map((field) => [field.id, field]));
  const errors: UserErrorData[] = [];
  // By the name of the field, which people know.
  const error = ({ key }: TicketField, code: string): UserErrorData => ({
    code,
    field: [...place, key],
  });
  const seen = new Set<string>();
  for (const [at, { fieldId, value = null }] of inputs.entries()) {
    const field = forActor(ctx, fields.get(fieldId));
    if (!field) errors.push({ code: 'NOT_FOUND', field: [...place, `${at}`, 'fieldId'] });
    else if (!readsOnHold(ctx.actor) && !field.editableByRequester)
      errors.push(error(field, 'FORBIDDEN'));
    else if (seen.has(fieldId)) errors.push(error(field, 'TAKEN'));
    else {
      seen.add(fieldId);
      const checked = parseFieldValue(field, value);
      if ('fault' in checked) errors.push(error(field, checked.fault));
      else put(after, field, checked.value);
    }
  }
  if (errors.length) throw new Refusal(errors);
  if (Buffer.byteLength(JSON.stringify(after.values)) > MOST_BYTES)
    throw new Refusal('TOO_LONG', place);
  return after;
}

const forActor = ({ actor }: Context, field: TicketField | undefined): TicketField | undefined =>
  readsOnHold(actor) || field?.visibleToRequester ? field : undefined;

function put(
  { values, changes, publicFields }: FieldValueChanges,
  field: TicketField,
  value: CustomFieldValues[string] | null,
): void {
  const from = values[field.id] ?? null;
  if (JSON.stringify(from) === JSON.stringify(value)) return;
  changes[field.id] = [from, value];
  if (field.visibleToRequester) publicFields.push(field.id);
  if (value === null) delete values[field.id];
  else values[field.id] = value;
}
