import DataLoader from 'dataloader';

/**
 * The batches of one request: whoever asks for the same kind of thing in the same moment shares one statement.
 * Two makers cover every relation: by id and by parent.
 */
export class RequestLoaders {
  readonly #loaders = new Map<string, DataLoader<string, unknown>>();
  readonly #known = new Map<string, unknown>();
  readonly #lent = new Map<string, () => Promise<unknown>>();

  /** One thing per id; null where there is none, or none for the caller. */
  byId<T extends { id: string }>(
    kind: string,
    id: string,
    find: (ids: string[]) => Promise<T[]>,
  ): Promise<T | null> {
    const peek = this.known<T>(kind, id);
    if (peek) return Promise.resolve(peek);
    const lent = this.#lent.get(`${kind} ${id}`);
    if (lent) return lent() as Promise<T | null>;
    return this.#load(kind, id, async (ids) => {
      const found = new Map((await find(ids)).map((thing) => [thing.id, thing]));
      return ids.map((each) => found.get(each) ?? null);
    });
  }

  /** The children of a parent, in the order that `find` gives them. */
  byParent<T>(
    kind: string,
    parent: string,
    find: (parents: string[]) => Promise<T[]>,
    parentOf: (child: T) => string,
  ): Promise<T[]> {
    return this.#load(kind, parent, async (parents) => {
      const children = Map.groupBy(await find(parents), parentOf);
      return parents.map((each) => children.get(each) ?? []);
    });
  }

  /** One value per key, computed for all keys at once. */
  byKey<T>(
    kind: string,
    key: string,
    find: (keys: string[]) => Promise<Map<string, T>>,
    absent: T,
  ): Promise<T> {
    return this.#load(kind, key, async (keys) => {
      const found = await find(keys);
      return keys.map((each) => found.get(each) ?? absent);
    });
  }

  /** A thing that has been read for this caller already; whoever asks for it by id gets it. */
  prime(kind: string, thing: { id: string }): void {
    this.#known.set(`${kind} ${thing.id}`, thing);
  }

  /** What was made known so, and not forgotten since. */
  known<T extends { id: string }>(kind: string, id: string): T | undefined {
    return this.#known.get(`${kind} ${id}`) as T | undefined;
  }

  /** A thing that others read too: when this caller asks for it by id, it is read with them. */
  primeLazily(kind: string, id: string, read: () => Promise<unknown>): void {
    this.#lent.set(`${kind} ${id}`, read);
  }

  /** Forgets everything: what was read before a change is not shown after it. */
  clear(): void {
    this.#loaders.clear();
    this.#known.clear();
    this.#lent.clear();
  }

  #load<T>(kind: string, key: string, batch: (keys: string[]) => Promise<T[]>): Promise<T> {
    let loader = this.#loaders.get(kind) as DataLoader<string, T> | undefined;
    if (!loader) {
      loader = new DataLoader<string, T>((keys) => batch([...keys]));
      this.#loaders.set(kind, loader as DataLoader<string, unknown>);
    }
    return loader.load(key);
  }
}
