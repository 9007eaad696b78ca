import { Refusal, type UserErrorData } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { lockFieldsForShare } from '../field/lock.ts';
import { kept } from '../../model/saved-filter/stored.ts';
import { refuseUnsupportedCondition } from './condition.ts';
import { FieldRequirement, type FormField } from './form.ts';
import type { FormFieldInput } from './input.ts';

/** What all fields of a form may take, as every fact about it carries them. */
const MOST_BYTES = 64 * 1024;

/** The fields of a form as they are kept; refused where there is no such field, or it stands there twice, or its condition can't be answered. */
export async function toFormFields(
  ctx: Context,
  inputs: readonly FormFieldInput[],
): Promise<FormField[]> {
  const known = new Set((await lockFieldsForShare(ctx)).map(({ id }) => id));
  const seen = new Set<string>();
  const errors: UserErrorData[] = [];
  for (const [at, { fieldId, showWhen }] of inputs.entries()) {
    const place = ['input', 'fields', `${at}`];
    if (!known.has(fieldId)) errors.push({ code: 'NOT_FOUND', field: [...place, 'fieldId'] });
    else if (seen.has(fieldId)) errors.push({ code: 'TAKEN', field: [...place, 'fieldId'] });
    seen.add(fieldId);
    if (showWhen) refuseUnsupportedCondition(ctx.actor, showWhen, [...place, 'showWhen']);
  }
  if (errors.length) throw new Refusal(errors);
  const fields = inputs.map(({ fieldId, showWhen, required, roles }) => ({
    fieldId,
    showWhen: showWhen ? kept(showWhen) : null,
    required: required ?? FieldRequirement.NEVER,
    roles: [...new Set(roles)],
  }));
  if (Buffer.byteLength(JSON.stringify(fields)) > MOST_BYTES)
    throw new Refusal('TOO_LONG', 'fields');
  return fields;
}
