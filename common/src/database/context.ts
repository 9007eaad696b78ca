import { IsolationLevel } from '@mikro-orm/postgresql';
import type { Actor } from '../auth/access.ts';
import { type EntityManager, type MikroORM, sql } from './database.ts';
import { fault } from '../core/errors.ts';
import type { NewEvent } from '../events/log.ts';
import { Loaders } from './request-loaders.ts';
import type { Log } from '../core/log.ts';
import type { EventLogTail } from '../events/event-log-tail.ts';

export interface Request {
  orm: MikroORM;
  actor: Actor;
  log: Log;
  requestId: string;
  /** Languages that the caller reads, best first. */
  locales: readonly string[];
  /** Finds a thing of this service by its typed id, if the caller may see it. */
  find?: (context: Context, id: string) => Promise<unknown>;
  /** The log of this service as it grows; where somebody may subscribe. */
  tail?: EventLogTail;
}

/**
 * What an operation works with: who asks, and the database as one transaction. A query reads one snapshot, begun when first needed; each
 * Mutation field and each delivered event has a transaction of its own. Nothing else begins one.
 */
export class Context {
  readonly orm: MikroORM;
  actor: Actor;
  readonly log: Log;
  readonly requestId: string;
  readonly locales: readonly string[];
  readonly load = new Loaders();
  readonly tail: EventLogTail | undefined;
  /** Why things change, where it is not by hand: kept with every fact that is recorded in the transaction from then on. */
  cause: object | undefined;
  /** In a rehearsal what would have been recorded so far. */
  dryRunEvents: NewEvent[] | undefined;
  readonly #find: Request['find'];
  #open: Promise<EntityManager> | undefined;
  #writing: EntityManager | undefined;
  #isLeft = false;
  #afterCommit: (() => void)[] = [];

  constructor({ orm, actor, log, requestId, locales, find, tail }: Request) {
    this.orm = orm;
    this.actor = actor;
    this.log = log;
    this.requestId = requestId;
    this.locales = locales;
    this.tail = tail;
    this.#find = find;
  }

  /** The same caller at another moment, with nothing read yet. */
  again(): Context {
    const { orm, actor, log, requestId, locales, tail } = this;
    return new Context({
      orm,
      actor,
      log,
      requestId,
      locales,
      ...(tail && { tail }),
      ...(this.#find && { find: this.#find }),
    });
  }

  get workspace(): string {
    return this.actor.workspace;
  }

  /** The transaction that a verb changes things in. */
  get em(): EntityManager {
    if (!this.#writing) throw new Error('Only a mutation or a delivered event may change things.');
    return this.#writing;
  }

  /**
   * The transaction to read in: the one that changes things while it is open, else the operation's read-only snapshot. There is none for who has
   * left.
   */
  async read(): Promise<EntityManager> {
    if (this.#writing) return this.#writing;
    this.#refuseLeft();
    const em = await (this.#open ??= this.#begin({ readOnly: true }));
    this.#refuseLeft();
    return em;
  }

  /** Nobody waits for the answer any more: nothing further is read for it. What is being changed is changed to its end. */
  leave(): void {
    this.#isLeft = true;
  }

  /** Runs `work` in a transaction of its own and commits; whatever it throws rolls everything back. */
  async write<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    await this.end();
    const em = await this.#begin({ readOnly: false });
    this.#writing = em;
    try {
      const result = await work(em);
      await em.commit();
      for (const done of this.#afterCommit) done();
      return result;
    } catch (error) {
      await this.#rollback(em);
      throw error;
    } finally {
      this.#writing = undefined;
      this.cause = undefined;
      this.#afterCommit = [];
      this.load.clear();
    }
  }

  /** Runs `work` in a transaction of its own and takes everything back; what comes of it is all that stays. */
  async dryRun<T>(work: () => Promise<T>): Promise<T> {
    this.dryRunEvents = [];
    try {
      return await this.write(async () => {
        throw new Rehearsed(await work());
      });
    } catch (error) {
      if (error instanceof Rehearsed) return error.result as T;
      throw error;
    } finally {
      this.dryRunEvents = undefined;
    }
  }

  /**
   * Runs a part of a rehearsal that may fail by itself: whatever it throws takes back this part and nothing else. What it has read is forgotten,
   * as after a transaction of its own; the more is known, the longer every look for changes takes.
   */
  async part<T>(work: () => Promise<T>): Promise<T> {
    const known = this.dryRunEvents?.length;
    await sql`savepoint part`.execute(this.em.getKysely());
    try {
      const result = await work();
      await this.em.flush();
      await sql`release savepoint part`.execute(this.em.getKysely());
      return result;
    } catch (error) {
      await sql`rollback to savepoint part`.execute(this.em.getKysely());
      this.dryRunEvents?.splice(known ?? 0);
      throw error;
    } finally {
      this.em.clear();
      this.load.clear();
    }
  }

  /** For a delivered event: does `work` in the workspace that the event is of, within the open transaction. */
  async within(workspace: string, work: () => Promise<void>): Promise<void> {
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

  find(id: string): Promise<unknown> {
    return this.#find?.(this, id) ?? Promise.resolve(null);
  }

  /** Called once the current transaction is committed; never when it is rolled back. */
  afterCommit(done: () => void): void {
    this.#afterCommit.push(done);
  }

  /** Ends the snapshot of a query. */
  async end(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open) await this.#rollback(await open);
  }

  #refuseLeft(): void {
    if (this.#isLeft) throw fault('UNAVAILABLE');
  }

  /** With its connection gone, a transaction is rolled back by itself; what was answered before stays right. */
  async #rollback(em: EntityManager): Promise<void> {
    await em
      .rollback()
      .catch((failure: unknown) => this.log.warn({ err: failure }, 'rollback failed'));
  }

  async #begin({ readOnly }: { readOnly: boolean }): Promise<EntityManager> {
    const em = this.orm.em.fork() as EntityManager;
    em.setFilterParams('workspace', { workspaceId: this.workspace });
    em.setSessionContext({ variables: { 'desk.workspace': this.workspace } });
    await em.begin(readOnly ? { readOnly, isolationLevel: IsolationLevel.REPEATABLE_READ } : {});
    return em;
  }
}

/** Ends a rehearsal that went well: the transaction is rolled back, as for everything that is thrown. */
class Rehearsed extends Error {
  constructor(readonly result: unknown) {
    super('rehearsed');
  }
}
