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
      `${kind} ${id} ${[previousIndex, index].filter((position) => position !== null).join('>')}`,
  );

/** The list of a client after all patches; checks each patch against the list before it. */
function applyPatches(before: readonly ListEntry[], after: readonly ListEntry[]): ListEntry[] {
  const tickets = new Map(after.map((item) => [item.id, item]));
  let view = { tickets: [...before], totalCount: 0 };
  for (const { id, index, previousIndex } of listPatches(before, after)) {
    if (previousIndex !== null) expect(view.tickets[previousIndex]!.id).toBe(id);
    if (index !== null) expect(index).toBeLessThanOrEqual(view.tickets.length);
    view = applyPatch(view, {
      tickets: null,
      ticket: tickets.get(id) ?? null,
      index,
      previousIndex,
      totalCount: 0,
    });
  }
  return view.tickets;
}

/** A random list, and the list after removals, insertions, moves and changes. */
function randomLists(
  { roll, some }: Dice,
  maxLength: number,
): [before: ListEntry[], after: ListEntry[]] {
  const before = Array.from({ length: roll(maxLength) }, (_, index) => entry(`t${index}`));
  const after = before.filter(() => roll(6) > 0).map(({ id }) => entry(id, roll(4) ? 1 : 2));
  for (const moved of some(after, 4)) {
    after.splice(after.indexOf(moved), 1);
    after.splice(roll(after.length + 1), 0, moved);
  }
  for (let added = roll(4); added > 0; added--)
    after.splice(roll(after.length + 1), 0, entry(`n${added}`));
  return [before, after];
}

/** The minimum number of patches, found by trying every choice of unmoved tickets. */
function minPatchCount(before: readonly ListEntry[], after: readonly ListEntry[]): number {
  const versions = new Map(before.map(({ id, version }) => [id, version]));
  const common = before.filter(({ id }) => after.some((item) => item.id === id));
  const positions = common.map(({ id }) => after.findIndex((item) => item.id === id));
  let minimum = Infinity;
  for (let choice = 0; choice < 2 ** common.length; choice++) {
    const unmoved = positions.filter((_, index) => choice & (2 ** index));
    if (unmoved.some((position, index) => index > 0 && position < unmoved[index - 1]!)) continue;
    const updates = unmoved.filter(
      (position) => versions.get(after[position]!.id) !== after[position]!.version,
    ).length;
    minimum = Math.min(minimum, common.length - unmoved.length + updates);
  }
  return minimum + (before.length - common.length) + (after.length - common.length);
}

describe('the difference of two lists', () => {
  test('is empty without a change', () => {
    expect(listPatches([], [])).toEqual([]);
    expect(listPatches(list('abc'), list('abc'))).toEqual([]);
  });

  test('has one patch for an entered, left, moved or changed ticket', () => {
    expect(names(list('abc'), list('abxc'))).toEqual(['ENTER x 2']);
    expect(names(list('abc'), list('ac'))).toEqual(['LEAVE b 1']);
    expect(names(list('abcdefghij'), list('jabcdefghi'))).toEqual(['MOVE j 9>0']);
    expect(names(list('abcdefghij'), list('bcdefghija'))).toEqual(['MOVE a 0>9']);
    expect(names(list('abc'), [entry('a'), entry('b', 2), entry('c')])).toEqual(['UPDATE b 1>1']);
  });

  test('moves the changed one of two neighbours, with its new content', () => {
    expect(names(list('ab'), [entry('b', 2), entry('a')])).toEqual(['MOVE b 1>0']);
    expect(names(list('ab'), [entry('b'), entry('a', 2)])).toEqual(['MOVE a 0>1']);
  });

  test('removes a ticket from a full list before it inserts another', () => {
    expect(names(list('abc'), list('xab'))).toEqual(['LEAVE c 2', 'ENTER x 0']);
  });

  test(`turns one list into the other when a client applies it (seed ${seed})`, () => {
    const random = dice(seed);
    for (let run = 0; run < RUNS; run++) {
      const [before, after] = randomLists(random, 100);
      expect(applyPatches(before, after)).toEqual(after);
    }
  });

  test(`is as short as possible (seed ${seed})`, () => {
    const random = dice(seed);
    for (let run = 0; run < RUNS; run++) {
      const [before, after] = randomLists(random, 9);
      expect(listPatches(before, after)).toHaveLength(minPatchCount(before, after));
    }
  });
});
