import DataLoader from 'dataloader';

/**
 * The DataLoaders of one request: loads of the same kind that are requested in one tick share one
 * statement.
 *
 * @example
 * ctx.load.byId('tag', id, (ids) => findTagsByIds(ctx, ids));
 */
export class RequestLoaders {
  readonly #loaders = new Map<string, DataLoader<string, unknown>>();
  readonly #primed = new Map<string, unknown>();
  readonly #primedLazily = new Map<string, () => Promise<unknown>>();

  /** One entity per id; null when it does not exist or the caller may not see it. */
  byId<T extends { id: string }>(
    kind: string,
    id: string,
    find: (ids: string[]) => Promise<T[]>,
  ): Promise<T | null> {
    const primed = this.peek<T>(kind, id);
    if (primed) return Promise.resolve(primed);
    const read = this.#primedLazily.get(`${kind} ${id}`);
    if (read) return read() as Promise<T | null>;
    return this.#load(kind, id, async (ids) => {
      const entities = new Map((await find(ids)).map((entity) => [entity.id, entity]));
      return ids.map((entityId) => entities.get(entityId) ?? null);
    });
  }

  /** The children of a parent, in the order of `find`. */
  byParent<T>(
    kind: string,
    parent: string,
    find: (parents: string[]) => Promise<T[]>,
    parentOf: (child: T) => string,
  ): Promise<T[]> {
    return this.#load(kind, parent, async (parents) => {
      const children = Map.groupBy(await find(parents), parentOf);
      return parents.map((parentId) => children.get(parentId) ?? []);
    });
  }

  /** One value per key; `absent` for keys that `find` leaves out. */
  byKey<T>(
    kind: string,
    key: string,
    find: (keys: string[]) => Promise<Map<string, T>>,
    absent: T,
  ): Promise<T> {
    return this.#load(kind, key, async (keys) => {
      const values = await find(keys);
      return keys.map((eachKey) => values.get(eachKey) ?? absent);
    });
  }

  /** Stores an entity that was read for this caller, so that `byId` returns it. */
  prime(kind: string, entity: { id: string }): void {
    this.#primed.set(`${kind} ${entity.id}`, entity);
  }

  /** The entity stored by `prime`; undefined when there is none. */
  peek<T extends { id: string }>(kind: string, id: string): T | undefined {
    return this.#primed.get(`${kind} ${id}`) as T | undefined;
  }

  /** Makes `byId` call `read`, which shares one read of the entity between several callers. */
  primeLazily(kind: string, id: string, read: () => Promise<unknown>): void {
    this.#primedLazily.set(`${kind} ${id}`, read);
  }

  /** Drops everything, so that reads after a change do not return earlier state. */
  clear(): void {
    this.#loaders.clear();
    this.#primed.clear();
    this.#primedLazily.clear();
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
