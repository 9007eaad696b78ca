import { FAULTS } from '@deskgraph/common/core/errors';
import type { Answer } from '@deskgraph/common/testing/testing';
import type { UserError } from '../fixtures/desk.ts';
import type { Leaf } from './input-path.ts';
import type { Outcome } from './aliased-batch.ts';

/** A value in its place. */
export interface Placed {
  leaf: Leaf;
  value: unknown;
}

export type Payload = Record<string, unknown> & { userErrors: UserError[] };
/** What came of values in their places of one input. */
export type Tried = Outcome<Placed[], Payload>;

export const isTaken = ({ payload }: Tried): boolean => payload?.userErrors.length === 0;
export const isFull = ({ payload }: Tried): boolean =>
  payload?.userErrors.some(({ code }) => code === 'LIMIT_REACHED') ?? false;

const isBroken = (errors: NonNullable<Answer['errors']>): boolean =>
  errors.some(
    ({ extensions }) =>
      !(extensions.code in FAULTS) ||
      ['INTERNAL', 'UNAVAILABLE', 'FORBIDDEN'].includes(extensions.code),
  );

/** What is wrong with how a value was taken. */
export interface Verdict {
  path: string;
  value: unknown;
  fault: string;
}

/** Nothing is wrong when the value was accepted, or refused in words that name its place. */
export function judge({ what, payload, errors }: Tried): Verdict[] {
  const [{ leaf, value }] = what as [Placed];
  const told = (fault: string): Verdict[] => [
    { path: leaf.path, value: JSON.stringify(value)?.slice(0, 60), fault },
  ];
  if (isBroken(errors)) return told(JSON.stringify(errors));
  const words = leaf.path.split('.').filter((part) => part !== '0');
  if (errors.length) {
    const named = errors.some(({ message }) => words.some((word) => message.includes(word)));
    return named ? [] : told(`does not name the place: ${errors[0]!.message}`);
  }
  if (!payload) return told('neither a payload nor an error');
  const place = `input.${leaf.path}`;
  const near = ({ field }: UserError): boolean => {
    const at = field?.join('.') ?? '';
    return at !== '' && (place.startsWith(at) || at.startsWith(place.replace(/\.0$/, '')));
  };
  const { userErrors } = payload;
  return userErrors.length === 0 || userErrors.some(near)
    ? []
    : told(`does not name the place: ${JSON.stringify(userErrors)}`);
}
