/** Random choices. */
export interface Dice {
  /** An integer from 0 to `sides`, exclusive. */
  roll: (sides: number) => number;
  /** One of the items. */
  one: <T>(items: readonly T[]) => T;
  /** A random number of different items, at most `max`, in random order. */
  some: <T>(items: readonly T[], max?: number) => T[];
}

/** A generator that repeats with the same seed (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed;
  const roll = (sides: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
  return {
    roll,
    one: (items) => items[roll(items.length)]!,
    some: (items, max = items.length) => {
      const left = [...items];
      return Array.from(
        { length: roll(Math.min(max, items.length) + 1) },
        () => left.splice(roll(left.length), 1)[0]!,
      );
    },
  };
}
