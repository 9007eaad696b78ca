import type { Event } from './desk.ts';

export interface Change {
  kind: string;
  items?: number[] | null;
  item?: number | null;
  index?: number | null;
  previousIndex?: number | null;
}

/** A list with random changes, as a live query streams it: a snapshot, then each change. */
export class LiveList {
  items: number[] = [];
  changes: Event[] = [];
  readonly #onChange: () => void;
  #ownerNumber = 0;
  #seed = 1;
  #nextItem = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  snapshot(): Event {
    return this.#toEvent({ kind: 'SNAPSHOT', items: [...this.items] });
  }

  step(): void {
    const { items } = this;
    const position = this.randomInteger(items.length);
    const choice = items.length < 2 ? 0 : this.randomInteger(3);
    let change: Change;
    if (choice === 0) {
      const item = this.#nextItem++;
      items.splice(position, 0, item);
      change = { kind: 'ENTER', item, index: position };
    } else {
      const [item] = items.splice(position, 1);
      const index = this.randomInteger(items.length);
      if (choice === 1) items.splice(index, 0, item!);
      change =
        choice === 1
          ? { kind: 'MOVE', item: item!, index, previousIndex: position }
          : { kind: 'LEAVE', item: item!, previousIndex: position };
    }
    this.changes.push(this.#toEvent(change, 1));
    this.#onChange();
  }

  /** Another process takes over the list: the cursors of the old one are unknown to it. */
  restart(): void {
    this.#ownerNumber++;
    this.changes = [];
  }

  /** A pseudo-random number; the sequence is the same in each run. */
  randomInteger(limit: number): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed % Math.max(1, limit);
  }

  #toEvent(change: Change, cursorOffset = 0): Event {
    const cursor = `l${this.#ownerNumber}-${this.changes.length + cursorOffset}`;
    return {
      __typename: 'ListChange',
      id: '',
      cursor,
      ...change,
      pad: () => 'x'.repeat(64 * 1024),
    };
  }
}

/** The list of a client after a change. */
export function applyChange(
  items: readonly number[],
  { kind, items: snapshot, item, index, previousIndex }: Change,
): number[] {
  if (kind === 'SNAPSHOT') return [...snapshot!];
  const list = [...items];
  if (typeof previousIndex === 'number') list.splice(previousIndex, 1);
  if (typeof index === 'number') list.splice(index, 0, item!);
  return list;
}
