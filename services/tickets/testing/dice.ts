export interface Dice {
  /** A whole number from 0 up to, not including, `sides`. */
  roll: (sides: number) => number;
  one: <T>(of: readonly T[]) => T;
  /** Some of them, in any order. */
  some: <T>(of: readonly T[], most?: number) => T[];
}

/** Chance that comes again with the same seed. */
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
    one: (of) => of[roll(of.length)]!,
    some: (of, most = of.length) => {
      const left = [...of];
      return Array.from(
        { length: roll(Math.min(most, of.length) + 1) },
        () => left.splice(roll(left.length), 1)[0]!,
      );
    },
  };
}
