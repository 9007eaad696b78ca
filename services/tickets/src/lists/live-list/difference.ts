import { TicketChangeKind } from './change.ts';

/** A ticket in a list, as far as a difference is concerned. */
export interface Entry {
  id: string;
  /** Grows with the content. */
  version: number;
}

/** One patch of a list. Take out what stands at `previousIndex`, then put the ticket in at `index`. */
export interface Step {
  kind: TicketChangeKind;
  id: string;
  index: number | null;
  previousIndex: number | null;
}

const { ENTER, LEAVE, MOVE, UPDATE } = TicketChangeKind;

/** As few patches as there can be that make the one list of the other, one after another; ids are unique. */
export function difference(before: readonly Entry[], after: readonly Entry[]): Step[] {
  const steps: Step[] = [];
  const places = new Map(after.map(({ id }, at) => [id, at]));
  const current = before.map(({ id }) => id);
  for (let at = current.length - 1; at >= 0; at--)
    if (!places.has(current[at]!))
      steps.push({ kind: LEAVE, id: current.splice(at, 1)[0]!, index: null, previousIndex: at });

  const versions = new Map(before.map(({ id, version }) => [id, version]));
  const isSame = (id: string): boolean => versions.get(id) === after[places.get(id)!]!.version;
  const still = stay(current, (id) => places.get(id)!, isSame);
  let index = 0;
  for (const { id } of after) {
    if (still.has(id)) {
      // Those before it that have not moved yet still stand in between.
      index = current.indexOf(id, index) + 1;
      continue;
    }
    const from = current.indexOf(id);
    const previousIndex = from < 0 ? null : from;
    if (previousIndex !== null) {
      current.splice(previousIndex, 1);
      if (previousIndex < index) index--;
    }
    current.splice(index, 0, id);
    steps.push({ kind: previousIndex === null ? ENTER : MOVE, id, index, previousIndex });
    index++;
  }
  for (const [at, { id }] of after.entries())
    if (still.has(id) && !isSame(id))
      steps.push({ kind: UPDATE, id, index: at, previousIndex: at });
  return steps;
}

/**
 * The ids that need not move, as they stand in the right order already: of all such choices the one with the most ids whose content is the
 * same, which cost nothing, then with the most ids.
 */
function stay(
  ids: readonly string[],
  placeOf: (id: string) => number,
  isSame: (id: string) => boolean,
): Set<string> {
  const weights: number[] = [];
  const previous: number[] = [];
  let last = -1;
  for (const [at, id] of ids.entries()) {
    let best = -1;
    for (let left = 0; left < at; left++)
      if (placeOf(ids[left]!) < placeOf(id) && (best < 0 || weights[left]! > weights[best]!))
        best = left;
    previous[at] = best;
    weights[at] = (best < 0 ? 0 : weights[best]!) + (isSame(id) ? ids.length + 1 : 1);
    if (last < 0 || weights[at] > weights[last]!) last = at;
  }
  const kept = new Set<string>();
  for (let at = last; at >= 0; at = previous[at]!) kept.add(ids[at]!);
  return kept;
}
