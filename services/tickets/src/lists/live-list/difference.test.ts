import { describe, expect, test } from '@jest/globals';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Dice, dice } from '../../../testing/dice.ts';
import { applyPatch } from '../../../testing/list-patch.ts';
import { type ListEntry, listPatches } from './difference.ts';

const RUNS = sizeOf(200, 2_000);

const entry = (id: string, version = 1): ListEntry => ({ id, version });
const list = (ids: string): ListEntry[] => [...ids].map((id) => entry(id));
const names = (before: readonly ListEntry[], after: readonly ListEntry[]): string[] =>
  listPatches(before, after).map(
    ({ kind, id, previousIndex, index }) =>
      `${kind} ${id} ${[previousIndex, index].filter((at) => at !== null).join('>')}`,
  );

/** The list that a client has in the end, and what each patch was about. */
function follow(before: readonly ListEntry[], after: readonly ListEntry[]): ListEntry[] {
  const tickets = new Map(after.map((each) => [each.id, each]));
  let shown = { tickets: [...before], totalCount: 0 };
  for (const { id, index, previousIndex } of listPatches(before, after)) {
    if (previousIndex !== null) expect(shown.tickets[previousIndex]!.id).toBe(id);
    if (index !== null) expect(index).toBeLessThanOrEqual(shown.tickets.length);
    shown = applyPatch(shown, {
      tickets: null,
      ticket: tickets.get(id) ?? null,
      index,
      previousIndex,
      totalCount: 0,
    });
  }
  return shown.tickets;
}

/** A list, and what became of it: some went, came, moved or changed. */
function pair({ roll, some }: Dice, most: number): [before: ListEntry[], after: ListEntry[]] {
  const before = Array.from({ length: roll(most) }, (_, at) => entry(`t${at}`));
  const after = before.filter(() => roll(6) > 0).map(({ id }) => entry(id, roll(4) ? 1 : 2));
  for (const moved of some(after, 4)) {
    after.splice(after.indexOf(moved), 1);
    after.splice(roll(after.length + 1), 0, moved);
  }
  for (let come = roll(4); come > 0; come--)
    after.splice(roll(after.length + 1), 0, entry(`n${come}`));
  return [before, after];
}

/** The fewest patches there can be, found by trying every choice of what stays where it is. */
function fewest(before: readonly ListEntry[], after: readonly ListEntry[]): number {
  const versions = new Map(before.map(({ id, version }) => [id, version]));
  const kept = before.filter(({ id }) => after.some((each) => each.id === id));
  const places = kept.map(({ id }) => after.findIndex((each) => each.id === id));
  let least = Infinity;
  for (let choice = 0; choice < 2 ** kept.length; choice++) {
    const still = places.filter((_, at) => choice & (2 ** at));
    if (still.some((place, at) => at > 0 && place < still[at - 1]!)) continue;
    const updates = still.filter(
      (place) => versions.get(after[place]!.id) !== after[place]!.version,
    ).length;
    least = Math.min(least, kept.length - still.length + updates);
  }
  return least + (before.length - kept.length) + (after.length - kept.length);
}

describe('the difference of two lists', () => {
  test('is nothing when nothing changed', () => {
    expect(listPatches([], [])).toEqual([]);
    expect(listPatches(list('abc'), list('abc'))).toEqual([]);
  });

  test('tells a ticket that came, went, moved or changed by one patch', () => {
    expect(names(list('abc'), list('abxc'))).toEqual(['ENTER x 2']);
    expect(names(list('abc'), list('ac'))).toEqual(['LEAVE b 1']);
    expect(names(list('abcdefghij'), list('jabcdefghi'))).toEqual(['MOVE j 9>0']);
    expect(names(list('abcdefghij'), list('bcdefghija'))).toEqual(['MOVE a 0>9']);
    expect(names(list('abc'), [entry('a'), entry('b', 2), entry('c')])).toEqual(['UPDATE b 1>1']);
  });

  test('moves the one of two neighbours that changed, and says its new content with the move', () => {
    expect(names(list('ab'), [entry('b', 2), entry('a')])).toEqual(['MOVE b 1>0']);
    expect(names(list('ab'), [entry('b'), entry('a', 2)])).toEqual(['MOVE a 0>1']);
  });

  test('lets one out of the first ones before another comes in', () => {
    expect(names(list('abc'), list('xab'))).toEqual(['LEAVE c 2', 'ENTER x 0']);
  });

  test(`makes the one list of the other by the rule for clients (seed ${seed})`, () => {
    const chance = dice(seed);
    for (let run = 0; run < RUNS; run++) {
      const [before, after] = pair(chance, 100);
      expect(follow(before, after)).toEqual(after);
    }
  });

  test(`is as short as can be (seed ${seed})`, () => {
    const chance = dice(seed);
    for (let run = 0; run < RUNS; run++) {
      const [before, after] = pair(chance, 9);
      expect(listPatches(before, after)).toHaveLength(fewest(before, after));
    }
  });
});
