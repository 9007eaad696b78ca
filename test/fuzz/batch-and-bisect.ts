import type { RootField } from '../fixtures/schema.ts';
import { type Placed, type Verdict, isTaken, judge } from './verdict.ts';
import type { Trial } from './fuzz-session.ts';

/** Places of one input that are tried together at first. */
const COMPANY = 12;
/** Rounds after which those who do not get on are parted. */
const ROUNDS = 5;

export const alone = <T>(list: readonly T[]): T[][] => list.map((each) => [each]);

export const batched = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
    list.slice(at * size, (at + 1) * size),
  );

/** In each round every list has one of its items. */
export const roundsOf = <T>(lists: readonly (readonly T[])[]): T[][] =>
  Array.from({ length: Math.max(0, ...lists.map(({ length }) => length)) }, (_, at) =>
    lists.flatMap((each) => (at < each.length ? [each[at]!] : [])),
  );

const placeOf = ({ leaf }: Placed): string => leaf.path.replace(/\.0$/, '');
const isLarge = ({ value }: Placed): boolean => JSON.stringify(value ?? null).length > 1_000;

/**
 * What is refused of values in their places. Most are taken, and so they are tried in company: one in each of several places at once. When a company is
 * refused each of it is tried alone. Companies that are mostly refused are parted: by the places that are to blame, or else in halves.
 * `refusals` tries companies, and gives what came of those that were refused.
 */
export async function refusedAlone<Tried extends { what: Placed[] }>(
  placed: readonly Placed[],
  refusals: (companies: Placed[][]) => Promise<Tried[]>,
  size = COMPANY,
): Promise<Tried[]> {
  const found: Tried[] = [];
  const byPlace = Map.groupBy(placed, placeOf);
  let companies = batched([...byPlace.keys()], size);
  for (const rounds of batched(roundsOf([...byPlace.values()]), ROUNDS)) {
    const met = companies.flatMap((places) =>
      rounds.map((round) =>
        round.filter((each) => !isLarge(each) && places.includes(placeOf(each))),
      ),
    );
    const refused = await refusals([
      ...met.filter(({ length }) => length > 0),
      ...alone(rounds.flat().filter(isLarge)),
    ]);
    const others = refused.map(({ what }) => what).filter(({ length }) => length > 1);
    const single = [
      ...refused.filter(({ what }) => what.length === 1),
      ...(await refusals(alone(others.flat()))),
    ];
    found.push(...single);

    const bad = single.flatMap(({ what }) => what);
    const isOften = (count: number): boolean => count * 2 > rounds.length;
    companies = companies.flatMap((places) => {
      const blamed = places.filter((place) =>
        isOften(bad.filter((each) => placeOf(each) === place).length),
      );
      if (blamed.length)
        return [places.filter((place) => !blamed.includes(place))].concat(alone(blamed));
      const quarrels = others.filter(
        (what) => places.includes(placeOf(what[0]!)) && !what.some((each) => bad.includes(each)),
      );
      return isOften(quarrels.length) ? batched(places, Math.ceil(places.length / 2)) : [places];
    });
  }
  return found;
}

/** What is wrong with how the values were taken by a mutation. */
export async function judged(
  trial: Trial,
  field: RootField,
  placed: readonly Placed[],
): Promise<Verdict[]> {
  const refused = await refusedAlone(placed, async (companies) =>
    (await trial.tried(field, companies)).filter((each) => !isTaken(each)),
  );
  return refused.flatMap(judge);
}
