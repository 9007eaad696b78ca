import type { EntityManager, MikroORM } from './database.ts';
import { type Fact, factsAfter, standingOf } from './events.ts';
import type { Log } from './log.ts';
import type { Relay } from './relay.ts';

/** A reader's place is not in this log, or not any more, or too old. */
export class CursorExpired extends Error {}

export interface TailOptions {
  orm: MikroORM;
  relay: Pick<Relay, 'grown'>;
  log: Log;
  /** Facts that are kept in memory; default 10,000. */
  kept?: number;
}

const PAGE = 500;
const KEPT = 10_000;
/** The log tells when it has grown; when that gets lost, it is looked into all the same. */
const POLL_MS = 1_000;
const RETRY_MS = 250;

/**
 * The log as this process follows it, for any number of readers: the newest facts are read once and kept in a ring, whoever is further behind
 * reads pages until it meets the ring. Positions have no gap, so that a place in the log is a place in the ring.
 */
export class Tail {
  readonly #orm: MikroORM;
  readonly #relay: TailOptions['relay'];
  readonly #log: Log;
  readonly #kept: number;
  readonly #waiting = new Map<string, Set<() => void>>();
  #ring: Fact[] = [];
  /** The position before the first fact of the ring. */
  #base = 0;
  /** The head before the newest facts came. */
  #before = 0;
  #ready: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor({ orm, relay, log, kept = KEPT }: TailOptions) {
    this.#orm = orm;
    this.#relay = relay;
    this.#log = log;
    this.#kept = kept;
  }

  /** The last position that this process knows of. */
  get head(): number {
    return this.#base + this.#ring.length;
  }

  /** Begins to follow the log with the first reader; nobody pays for it before. */
  ready(): Promise<void> {
    this.#ready ??= this.#begin().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /**
   * The position to follow from: the end of the log, or where a reader of a workspace has got to. Throws CursorExpired when facts after that
   * are gone, or too old to be told live.
   */
  async from({ workspace, after }: { workspace?: string; after?: number | undefined } = {}): Promise<number> {
    await this.ready();
    if (after === undefined || !workspace) return this.head;
    if (after >= this.#base && after <= this.head) return after;
    const { kept, young } = await this.#read((em) => standingOf(em, workspace, after), workspace);
    if (!kept || !young) throw new CursorExpired(kept ? 'too old' : 'not in the log');
    return after;
  }

  /** The facts of a workspace after a position, each once and in order, some at a time, for as long as the signal lasts. */
  async *follow(workspace: string, from: number, signal: AbortSignal): AsyncGenerator<Fact[], void, void> {
    let last = from;
    while (!signal.aborted && !this.#stopped) {
      if (last < this.#base) {
        const known = this.head;
        const page = await this.#read((em) => factsAfter(em, last, PAGE, workspace), workspace);
        last = page.length < PAGE ? Math.max(known, page.at(-1)?.position ?? 0) : page.at(-1)!.position;
        if (page.length) yield page;
        continue;
      }
      // Nothing may come between looking into the ring and waiting: it would be missed.
      const fresh = this.#ring.slice(last - this.#base).filter((fact) => fact.workspace === workspace);
      last = Math.max(last, this.head);
      if (fresh.length) yield fresh;
      else last = await this.#next(workspace, signal, last);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const wakes of this.#waiting.values()) for (const wake of wakes) wake();
    await this.#running;
  }

  /** Resolves with the position from where to read on. Facts of other workspaces don't wake anybody, and nobody falls behind by them. */
  #next(workspace: string, signal: AbortSignal, last: number): Promise<number> {
    return new Promise((resolve) => {
      let wakes = this.#waiting.get(workspace);
      if (!wakes) this.#waiting.set(workspace, (wakes = new Set()));
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        wakes.delete(wake);
        if (!wakes.size && this.#waiting.get(workspace) === wakes) this.#waiting.delete(workspace);
        resolve(Math.max(last, this.#before));
      };
      wakes.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async #begin(): Promise<void> {
    this.#base = await this.#head();
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    let failed = false;
    while (!this.#stopped) {
      const grown = this.#relay.grown(failed ? RETRY_MS : POLL_MS);
      try {
        const facts = await this.#read((em) => factsAfter(em, this.head, PAGE), '*');
        failed = false;
        this.#push(facts);
        if (facts.length) continue;
      } catch (error) {
        if (!failed) this.#log.warn({ err: error }, 'the log can’t be read now');
        failed = true;
      }
      if (!this.#stopped) await grown;
    }
  }

  #push(facts: Fact[]): void {
    if (!facts.length) return;
    if (facts[0]!.position !== this.head + 1) {
      this.#log.error({ expected: this.head + 1, found: facts[0]!.position }, 'the log has a gap');
      this.#ring = [];
      this.#base = facts[0]!.position - 1;
    }
    this.#before = this.head;
    this.#ring.push(...facts);
    if (this.#ring.length > this.#kept * 1.5) {
      this.#base += this.#ring.length - this.#kept;
      this.#ring = this.#ring.slice(-this.#kept);
    }
    for (const workspace of new Set(facts.map((fact) => fact.workspace))) for (const wake of this.#waiting.get(workspace) ?? []) wake();
  }

  #head(): Promise<number> {
    return this.#read(async (em) => Number((await em.execute<{ head: string }[]>('select head from relay_state'))[0]!.head), '*');
  }

  #read<T>(work: (em: EntityManager) => Promise<T>, workspace: string): Promise<T> {
    const em = this.#orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': workspace } });
    return em.transactional((inside) => work(inside as EntityManager), { readOnly: true });
  }
}
