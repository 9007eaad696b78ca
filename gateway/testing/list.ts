import type { Event } from './desk.ts';

export interface Change {
  kind: string;
  items?: number[] | null;
  item?: number | null;
  index?: number | null;
  previousIndex?: number | null;
}

/** A list that changes at random, and what a live query tells of it: the whole list, then each change of place. */
export class LiveList {
  items: number[] = [];
  changes: Event[] = [];
  readonly #changed: () => void;
  #owner = 0;
  #seed = 1;
  #next = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  snapshot(): Event {
    return this.#told({ kind: 'SNAPSHOT', items: [...this.items] });
  }

  step(): void {
    const { items } = this;
    const place = this.random(items.length);
    const choice = items.length < 2 ? 0 : this.random(3);
    let change: Change;
    if (choice === 0) {
      const item = this.#next++;
      items.splice(place, 0, item);
      change = { kind: 'ENTER', item, index: place };
    } else {
      const [item] = items.splice(place, 1);
      const index = this.random(items.length);
      if (choice === 1) items.splice(index, 0, item!);
      change =
        choice === 1
          ? { kind: 'MOVE', item: item!, index, previousIndex: place }
          : { kind: 'LEAVE', item: item!, previousIndex: place };
    }
    this.changes.push(this.#told(change, 1));
    this.#changed();
  }

  /** Another process has the list now: nobody knows what its steps were called before. */
  restart(): void {
    this.#owner++;
    this.changes = [];
  }

  /** The same numbers in every run. */
  random(below: number): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed % Math.max(1, below);
  }

  #told(change: Change, more = 0): Event {
    const cursor = `l${this.#owner}-${this.changes.length + more}`;
    return {
      __typename: 'ListChange',
      id: '',
      cursor,
      ...change,
      pad: () => 'x'.repeat(64 * 1024),
    };
  }
}

/** What a client makes of it. */
export function applyChange(
  items: readonly number[],
  { kind, items: all, item, index, previousIndex }: Change,
): number[] {
  if (kind === 'SNAPSHOT') return [...all!];
  const list = [...items];
  if (typeof previousIndex === 'number') list.splice(previousIndex, 1);
  if (typeof index === 'number') list.splice(index, 0, item!);
  return list;
}
