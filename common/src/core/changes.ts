import { isDeepStrictEqual } from 'node:util';

/** What differs between two descriptions of a thing, `{ field: [before, after] }`; undefined when nothing does. */
export function changedFields(
  before: object,
  after: object,
): Record<string, [unknown, unknown]> | undefined {
  const earlier = before as Record<string, unknown>;
  const differing = Object.entries(after).filter(
    ([field, value]) => !isDeepStrictEqual(value, earlier[field]),
  );
  return differing.length
    ? Object.fromEntries(differing.map(([field, value]) => [field, [earlier[field], value]]))
    : undefined;
}

/** A change makes a new version; the row is locked by whoever changes it. */
export function bumpVersion(thing: { version: number; updatedAt: Date }): void {
  thing.version += 1;
  thing.updatedAt = new Date();
}
