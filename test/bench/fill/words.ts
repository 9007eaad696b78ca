/** Returns a pseudo-random generator with the same numbers in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const pickRandom = <T>(list: readonly T[], random: () => number): T =>
  list[Math.floor(random() * list.length)]!;

/** Subjects of tickets and articles. */
export const PRODUCTS =
  'printer invoice parcel router password headset subscription refund keyboard voucher account charger tablet monitor battery scanner delivery contract warranty receipt'.split(
    ' ',
  );
export const PROBLEMS =
  'does not start,came broken,is missing,shows an error,was charged twice,cannot be found,stopped working,needs to be changed,is too slow,was sent to a wrong address'.split(
    ',',
  );
const COMMON_WORDS =
  'please thank since yesterday after update still nothing tried again twice other way works home office customer number order same message screen appears before could tell when comes back already asked colleague would like know how long takes first time never happened'.split(
    ' ',
  );
const SYLLABLES = 'ba ke lo mi nu ra se ti vo za dre fli gra plo stu cha whe oro'.split(' ');

/** Returns the `n`th of some thousand rare words, which few texts contain. */
export const rareWordAt = (n: number): string => {
  let word = '';
  for (
    let left = (n % RARE_WORDS) + SYLLABLES.length ** 2;
    left > 0;
    left = Math.floor(left / SYLLABLES.length)
  )
    word += SYLLABLES[left % SYLLABLES.length];
  return word;
};
export const RARE_WORDS = 5_000;

/** Returns some sentences with one rare word. */
export function randomBody(random: () => number, rareWord: string): string {
  const sentence = (): string =>
    Array.from({ length: 6 + Math.floor(random() * 8) }, () =>
      pickRandom(COMMON_WORDS, random),
    ).join(' ');
  return `The ${pickRandom(PRODUCTS, random)} ${pickRandom(PROBLEMS, random)}. ${sentence()} ${rareWord} ${sentence()}.\n\n${sentence()}.`;
}

export const randomTitle = (random: () => number): string =>
  `My ${pickRandom(PRODUCTS, random)} ${pickRandom(PROBLEMS, random)}`;
