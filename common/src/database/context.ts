import { IsolationLevel } from '@mikro-orm/postgresql';
import type { Actor } from '../auth/access.ts';
import { graphqlError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { EventTail, NewEvent } from '../events/types.ts';
import { type EntityManager, type MikroORM, sql } from './database.ts';
import { RequestLoaders } from './request-loaders.ts';

export interface ContextOptions {
  orm: MikroORM;
  actor: Actor;
  log: Log;
  requestId: string;
  /** Languages of the caller, in order of preference. */
  locales: readonly string[];
  /**
   * Finds an entity of this service by its typed id; null when it does not exist or the caller may
   * not see it.
   */
  findById?: (ctx: Context, id: string) => Promise<unknown>;
  /** The end of this service's event log, for subscriptions. */
  tail?: EventTail;
}

/**
 * The caller and the database transaction of one operation. A query reads one snapshot, a read-only
 * transaction that begins with the first read. Each mutation field and each consumed event has its
 * own read-write transaction. No other code begins transactions for an operation; background work
 * uses `inWorkspace`.
 *
 * @example
 * const ctx = new Context({ orm, actor, log, requestId, locales: [] });
 * await ctx.write(async (em) => {
 *   const macro = await em.findOneOrFail(Macro, { id });
 *   macro.name = 'New name';
 * });
 */
export class Context {
  readonly orm: MikroORM;
  actor: Actor;
  readonly log: Log;
  readonly requestId: string;
  readonly locales: readonly string[];
  readonly load = new RequestLoaders();
  readonly tail: EventTail | undefined;
  /**
   * The cause of a change that was not made by hand. It is stored with each event that the
   * transaction appends from then on.
   */
  cause: object | undefined;
  /** The events that a dry run has produced so far; undefined outside a dry run. */
  dryRunEvents: NewEvent[] | undefined;
  readonly #findById: ContextOptions['findById'];
  #snapshot: Promise<EntityManager> | undefined;
  #transaction: EntityManager | undefined;
  #isAbandoned = false;
  #afterCommit: (() => void)[] = [];

  constructor({ orm, actor, log, requestId, locales, findById, tail }: ContextOptions) {
    this.orm = orm;
    this.actor = actor;
    this.log = log;
    this.requestId = requestId;
    this.locales = locales;
    this.tail = tail;
    this.#findById = findById;
  }

  /** A new context of the same caller: no transaction, no cached entities. */
  fork(): Context {
    const { orm, actor, log, requestId, locales, tail } = this;
    return new Context({
      orm,
      actor,
      log,
      requestId,
      locales,
      ...(tail && { tail }),
      ...(this.#findById && { findById: this.#findById }),
    });
  }

  get workspace(): string {
    return this.actor.workspace;
  }

  /** The open read-write transaction. Throws where there is none. */
  get em(): EntityManager {
    if (!this.#transaction)
      throw new Error(
        'No read-write transaction is open: only a mutation or an event consumer has one.',
      );
    return this.#transaction;
  }

  /**
   * The transaction to read in: the open read-write transaction, else the snapshot. Throws
   * UNAVAILABLE after `abandon`.
   */
  async read(): Promise<EntityManager> {
    if (this.#transaction) return this.#transaction;
    this.#refuseAbandoned();
    const em = await (this.#snapshot ??= this.#begin({ readOnly: true }));
    this.#refuseAbandoned();
    return em;
  }

  /**
   * Marks the operation as abandoned by its client: later snapshot reads throw. An open read-write
   * transaction runs to its end.
   */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /**
   * Runs `work` in a read-write transaction and commits; when `work` throws, the transaction is
   * rolled back.
   */
  async write<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    await this.endSnapshot();
    const em = await this.#begin({ readOnly: false });
    this.#transaction = em;
    try {
      const result = await work(em);
      await em.commit();
      for (const callback of this.#afterCommit) callback();
      return result;
    } catch (error) {
      await this.#rollback(em);
      throw error;
    } finally {
      this.#transaction = undefined;
      this.cause = undefined;
      this.#afterCommit = [];
      this.load.clear();
    }
  }

  /** Runs `work` in a read-write transaction, always rolls back, and returns its result. */
  async dryRun<T>(work: () => Promise<T>): Promise<T> {
    this.dryRunEvents = [];
    try {
      return await this.write(async () => {
        throw new DryRunResult(await work());
      });
    } catch (error) {
      if (error instanceof DryRunResult) return error.result as T;
      throw error;
    } finally {
      this.dryRunEvents = undefined;
    }
  }

  /**
   * Runs a part of a dry run under a savepoint: an error rolls back this part only. The identity
   * map is cleared afterwards, because every flush compares all loaded entities.
   */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    const eventCount = this.dryRunEvents?.length;
    await this.#execute('savepoint part');
    try {
      const result = await work();
      await this.em.flush();
      await this.#execute('release savepoint part');
      return result;
    } catch (error) {
      await this.#execute('rollback to savepoint part');
      this.dryRunEvents?.splice(eventCount ?? 0);
      throw error;
    } finally {
      this.em.clear();
      this.load.clear();
    }
  }

  /**
   * For event consumers: switches the open transaction to the workspace of the event and runs
   * `work`.
   */
  async withWorkspace(workspace: string, work: () => Promise<void>): Promise<void> {
    if (workspace !== this.actor.workspace) {
      await this.em.flush();
      this.em.clear();
      this.load.clear();
      this.actor = { ...this.actor, workspace };
      this.em.setFilterParams('workspace', { workspaceId: workspace });
      await sql`select set_config('desk.workspace', ${workspace}, true)`.execute(
        this.em.getKysely(),
      );
    }
    await work();
  }

  /**
   * Finds an entity of this service by its typed id; null when it does not exist or the caller may
   * not see it.
   */
  findById(id: string): Promise<unknown> {
    return this.#findById?.(this, id) ?? Promise.resolve(null);
  }

  /** Calls `callback` once the open transaction has committed; never when it is rolled back. */
  afterCommit(callback: () => void): void {
    this.#afterCommit.push(callback);
  }

  /** Ends the snapshot of a query; the next read begins another one. */
  async endSnapshot(): Promise<void> {
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    if (snapshot) await this.#rollback(await snapshot);
  }

  #refuseAbandoned(): void {
    if (this.#isAbandoned) throw graphqlError('UNAVAILABLE');
  }

  /**
   * A failed ROLLBACK means that the connection is lost: the server rolls back by itself, and
   * results that were read stay valid.
   */
  async #rollback(em: EntityManager): Promise<void> {
    await em.rollback().catch((error: unknown) => this.log.warn({ err: error }, 'rollback failed'));
  }

  async #execute(statement: string): Promise<void> {
    await sql.raw(statement).execute(this.em.getKysely());
  }

  async #begin({ readOnly }: { readOnly: boolean }): Promise<EntityManager> {
    const em = forkForWorkspace(this.orm, this.workspace);
    await em.begin(readOnly ? { readOnly, isolationLevel: IsolationLevel.REPEATABLE_READ } : {});
    return em;
  }
}

/**
 * Carries the result of a dry run out of the transaction; like every thrown value it rolls the
 * transaction back.
 */
class DryRunResult extends Error {
  constructor(readonly result: unknown) {
    super('dry run');
  }
}

/**
 * The workspace setting under which row security policies for background work give access to all
 * workspaces.
 */
export const ALL_WORKSPACES = '*';

/**
 * Runs `work` in one transaction with the row security of a workspace, for code outside an
 * operation. With ALL_WORKSPACES only tables whose policies allow it are readable.
 *
 * @example
 * const found = await inWorkspace(orm, workspace, (em) => em.find(Tag, {}), { readOnly: true });
 */
export function inWorkspace<T>(
  orm: MikroORM,
  workspace: string,
  work: (em: EntityManager) => Promise<T>,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<T> {
  return forkForWorkspace(orm, workspace).transactional(
    (em) => work(em as EntityManager),
    readOnly ? { readOnly } : {},
  );
}

function forkForWorkspace(orm: MikroORM, workspace: string): EntityManager {
  const em = orm.em.fork() as EntityManager;
  em.setFilterParams('workspace', { workspaceId: workspace });
  em.setSessionContext({ variables: { 'desk.workspace': workspace } });
  return em;
}
