import { createHash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';

/** One key of the order of a list, as far as a cursor needs it. */
export interface CursorKey {
  /** The PostgreSQL type to which the text in a cursor is cast. */
  type: 'timestamptz' | 'integer' | 'double precision' | 'uuid' | 'text';
  direction: string;
  nullable?: boolean;
}

const TEXT_PATTERNS: Record<CursorKey['type'], RegExp> = {
  timestamptz: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?\+00$/,
  integer: /^-?\d{1,9}$/,
  'double precision': /^-?\d{1,20}(\.\d{1,20})?(e[+-]\d{1,3})?$/,
  uuid: /^[\da-f-]{36}$/,
  text: /^[^\0]*$/,
};

const signatures = new WeakMap<readonly CursorKey[], string>();

/** Identifies the order in a cursor, so that a cursor of another order is refused. */
function orderSignature(order: readonly CursorKey[]): string {
  let signature = signatures.get(order);
  if (!signature) {
    const text = order.map((key) => `${key.type}${key.direction}${key.nullable ?? false}`).join();
    signature = createHash('sha256').update(text).digest('base64url').slice(0, 4);
    signatures.set(order, signature);
  }
  return signature;
}

/** The cursor of the row with these order keys, each as PostgreSQL text. */
export const encodePageCursor = (
  keys: readonly (string | null)[],
  order: readonly CursorKey[],
): string => Buffer.from(JSON.stringify([orderSignature(order), ...keys])).toString('base64url');

/**
 * The order keys in a cursor. Refused with INVALID at the argument when the cursor is malformed or
 * of another order.
 */
export function decodePageCursor(
  cursor: string,
  order: readonly CursorKey[],
  argument: string,
): (string | null)[] {
  try {
    const [signature, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as (
      | string
      | null
    )[];
    const isValid =
      keys.length === order.length &&
      keys.every((key, index) =>
        key === null ? order[index]!.nullable : TEXT_PATTERNS[order[index]!.type].test(key),
      );
    if (signature === orderSignature(order) && isValid) return keys;
  } catch {
    // Refused below.
  }
  throw new Refusal([
    {
      code: 'INVALID',
      field: [argument],
      message: 'This cursor belongs to another list or order.',
    },
  ]);
}
