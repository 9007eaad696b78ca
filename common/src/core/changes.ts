import { isDeepStrictEqual } from 'node:util';

/**
 * The fields in which two states differ, `{ field: [before, after] }`; undefined when they are
 * equal.
 *
 * @example
 * changedFields({ name: 'a', size: 1 }, { name: 'b', size: 1 }); // { name: ['a', 'b'] }
 */
export function changedFields(
  before: object,
  after: object,
): Record<string, [unknown, unknown]> | undefined {
  const earlier = before as Record<string, unknown>;
  const changed = Object.entries(after).filter(
    ([field, value]) => !isDeepStrictEqual(value, earlier[field]),
  );
  return changed.length
    ? Object.fromEntries(changed.map(([field, value]) => [field, [earlier[field], value]]))
    : undefined;
}

/**
 * Gives a changed entity its next version. The caller has locked the row, so that no version is
 * given twice.
 */
export function bumpVersion(entity: { version: number; updatedAt: Date }): void {
  entity.version += 1;
  entity.updatedAt = new Date();
}
