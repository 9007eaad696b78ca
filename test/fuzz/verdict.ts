import { ERROR_MESSAGES } from '@deskgraph/common/core/errors';
import type { GraphqlResponse } from '@deskgraph/common/testing/testing';
import type { UserError } from '../fixtures/desk.ts';
import type { InputLeaf } from './input-path.ts';
import type { Outcome } from './aliased-batch.ts';

/** A value and the place of an input that it is set at. */
export interface PlacedValue {
  leaf: InputLeaf;
  value: unknown;
}

export type Payload = Record<string, unknown> & { userErrors: UserError[] };
/** The outcome of one input with some values set. */
export type InputOutcome = Outcome<PlacedValue[], Payload>;

export const isAccepted = ({ payload }: InputOutcome): boolean => payload?.userErrors.length === 0;
export const isLimitReached = ({ payload }: InputOutcome): boolean =>
  payload?.userErrors.some(({ code }) => code === 'LIMIT_REACHED') ?? false;

const isBroken = (errors: NonNullable<GraphqlResponse['errors']>): boolean =>
  errors.some(
    ({ extensions }) =>
      !(extensions.code in ERROR_MESSAGES) ||
      ['INTERNAL', 'UNAVAILABLE', 'FORBIDDEN'].includes(extensions.code),
  );

/** A fault in the response to a value. */
export interface Verdict {
  path: string;
  value: unknown;
  fault: string;
}

/**
 * Returns the faults of one outcome: none when the value was accepted, or refused with an error
 * that names its place.
 */
export function verdictsOf({ what, payload, errors }: InputOutcome): Verdict[] {
  const [{ leaf, value }] = what as [PlacedValue];
  const verdict = (fault: string): Verdict[] => [
    { path: leaf.path, value: JSON.stringify(value)?.slice(0, 60), fault },
  ];
  if (isBroken(errors)) return verdict(JSON.stringify(errors));
  const words = leaf.path.split('.').filter((part) => part !== '0');
  if (errors.length) {
    const named = errors.some(({ message }) => words.some((word) => message.includes(word)));
    return named ? [] : verdict(`does not name the path: ${errors[0]!.message}`);
  }
  if (!payload) return verdict('neither a payload nor an error');
  const place = `input.${leaf.path}`;
  const near = ({ field }: UserError): boolean => {
    const at = field?.join('.') ?? '';
    return at !== '' && (place.startsWith(at) || at.startsWith(place.replace(/\.0$/, '')));
  };
  const { userErrors } = payload;
  return userErrors.length === 0 || userErrors.some(near)
    ? []
    : verdict(`does not name the path: ${JSON.stringify(userErrors)}`);
}
