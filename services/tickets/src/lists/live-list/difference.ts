import { TicketChangeKind } from './change.ts';

/** An entry of a list, as the difference compares it. */
export interface ListEntry {
  id: string;
  /** Increases with each change of the content. */
  version: number;
}

/** One patch of a list: remove the entry at `previousIndex`, then insert the ticket at `index`. */
export interface ListPatch {
  kind: TicketChangeKind;
  id: string;
  index: number | null;
  previousIndex: number | null;
}

const { ENTER, LEAVE, MOVE, UPDATE } = TicketChangeKind;

/**
 * The minimal sequence of patches that turns one list into the other. Ids are unique.
 *
 * @example
 * listPatches(
 *   [{ id: 'a', version: 1 }, { id: 'b', version: 1 }],
 *   [{ id: 'b', version: 2 }],
 * );
 * // [{ kind: LEAVE, id: 'a', index: null, previousIndex: 0 },
 * //  { kind: UPDATE, id: 'b', index: 0, previousIndex: 0 }]
 */
export function listPatches(
  before: readonly ListEntry[],
  after: readonly ListEntry[],
): ListPatch[] {
  const patches: ListPatch[] = [];
  const indexes = new Map(after.map(({ id }, index) => [id, index]));
  const current = before.map(({ id }) => id);
  for (let index = current.length - 1; index >= 0; index--)
    if (!indexes.has(current[index]!)) {
      const id = current.splice(index, 1)[0]!;
      patches.push({ kind: LEAVE, id, index: null, previousIndex: index });
    }

  const versions = new Map(before.map(({ id, version }) => [id, version]));
  const isUnchanged = (id: string): boolean =>
    versions.get(id) === after[indexes.get(id)!]!.version;
  const unmoved = unmovedIds(current, (id) => indexes.get(id)!, isUnchanged);
  let index = 0;
  for (const { id } of after) {
    if (unmoved.has(id)) {
      // Earlier entries that have not moved yet are still in between.
      index = current.indexOf(id, index) + 1;
      continue;
    }
    const currentIndex = current.indexOf(id);
    const previousIndex = currentIndex < 0 ? null : currentIndex;
    if (previousIndex !== null) {
      current.splice(previousIndex, 1);
      if (previousIndex < index) index--;
    }
    current.splice(index, 0, id);
    patches.push({ kind: previousIndex === null ? ENTER : MOVE, id, index, previousIndex });
    index++;
  }
  for (const [position, { id }] of after.entries())
    if (unmoved.has(id) && !isUnchanged(id))
      patches.push({ kind: UPDATE, id, index: position, previousIndex: position });
  return patches;
}

/**
 * The ids that keep their position: a subsequence that is in the new order already, as in the
 * longest increasing subsequence. It has the most ids with unchanged content, which need no patch
 * at all, and then the most ids.
 */
function unmovedIds(
  ids: readonly string[],
  newIndexOf: (id: string) => number,
  isUnchanged: (id: string) => boolean,
): Set<string> {
  const weights: number[] = [];
  const predecessors: number[] = [];
  let last = -1;
  for (const [index, id] of ids.entries()) {
    let best = -1;
    for (let left = 0; left < index; left++)
      if (newIndexOf(ids[left]!) < newIndexOf(id) && (best < 0 || weights[left]! > weights[best]!))
        best = left;
    predecessors[index] = best;
    weights[index] = (best < 0 ? 0 : weights[best]!) + (isUnchanged(id) ? ids.length + 1 : 1);
    if (last < 0 || weights[index] > weights[last]!) last = index;
  }
  const unmoved = new Set<string>();
  for (let index = last; index >= 0; index = predecessors[index]!) unmoved.add(ids[index]!);
  return unmoved;
}
