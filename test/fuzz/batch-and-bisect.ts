import type { RootField } from '../fixtures/schema.ts';
import { type PlacedValue, type Verdict, isAccepted, verdictsOf } from './verdict.ts';
import type { FuzzSession } from './fuzz-session.ts';

/** The number of places that share an input at first. */
const GROUP_SIZE = 12;
/** Rounds after which groups that were refused too often are split. */
const ROUNDS_PER_SPLIT = 5;

export const singles = <T>(list: readonly T[]): T[][] => list.map((each) => [each]);

export const inBatches = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );

/** Turns lists into rounds: round `n` has the `n`th item of every list. */
export const roundsOf = <T>(lists: readonly (readonly T[])[]): T[][] =>
  Array.from({ length: Math.max(0, ...lists.map(({ length }) => length)) }, (_, index) =>
    lists.flatMap((each) => (index < each.length ? [each[index]!] : [])),
  );

const placeOf = ({ leaf }: PlacedValue): string => leaf.path.replace(/\.0$/, '');
const isLarge = ({ value }: PlacedValue): boolean => JSON.stringify(value ?? null).length > 1_000;

/**
 * Finds the refused values with few requests. Most values are accepted, so one value at each of
 * several places is sent in the same input. Each value of a refused group is then sent in an input
 * of its own. Groups that are refused often are split: places with many refused values get a group
 * of their own, and groups whose values are refused only in combination are halved.
 * `refusals` sends groups and returns the outcomes of the refused ones.
 */
export async function bisectRefusals<Tried extends { what: PlacedValue[] }>(
  placed: readonly PlacedValue[],
  refusals: (groups: PlacedValue[][]) => Promise<Tried[]>,
  size = GROUP_SIZE,
): Promise<Tried[]> {
  const found: Tried[] = [];
  const byPlace = Map.groupBy(placed, placeOf);
  let groups = inBatches([...byPlace.keys()], size);
  for (const rounds of inBatches(roundsOf([...byPlace.values()]), ROUNDS_PER_SPLIT)) {
    const sentGroups = groups.flatMap((places) =>
      rounds.map((round) =>
        round.filter((each) => !isLarge(each) && places.includes(placeOf(each))),
      ),
    );
    const refused = await refusals([
      ...sentGroups.filter(({ length }) => length > 0),
      ...singles(rounds.flat().filter(isLarge)),
    ]);
    const refusedGroups = refused.map(({ what }) => what).filter(({ length }) => length > 1);
    const refusedSingly = [
      ...refused.filter(({ what }) => what.length === 1),
      ...(await refusals(singles(refusedGroups.flat()))),
    ];
    found.push(...refusedSingly);

    const refusedValues = refusedSingly.flatMap(({ what }) => what);
    const isOften = (count: number): boolean => count * 2 > rounds.length;
    groups = groups.flatMap((places) => {
      const oftenRefused = places.filter((place) =>
        isOften(refusedValues.filter((each) => placeOf(each) === place).length),
      );
      if (oftenRefused.length)
        return [places.filter((place) => !oftenRefused.includes(place))].concat(
          singles(oftenRefused),
        );
      const combinedRefusals = refusedGroups.filter(
        (what) =>
          places.includes(placeOf(what[0]!)) && !what.some((each) => refusedValues.includes(each)),
      );
      return isOften(combinedRefusals.length)
        ? inBatches(places, Math.ceil(places.length / 2))
        : [places];
    });
  }
  return found;
}

/** Submits the values to a mutation and returns the faults in its responses. */
export async function findVerdicts(
  session: FuzzSession,
  field: RootField,
  placed: readonly PlacedValue[],
): Promise<Verdict[]> {
  const refused = await bisectRefusals(placed, async (groups) =>
    (await session.submit(field, groups)).filter((each) => !isAccepted(each)),
  );
  return refused.flatMap(verdictsOf);
}
