import type { EntityManager, MikroORM } from '../database/database.ts';
import { type Fact, factsAfter, recentFacts, standingOf } from './log.ts';
import { patiently } from '../core/database-errors.ts';
import type { Log } from '../core/log.ts';
import type { Relay } from './outbox-relay.ts';
import { WaitingReaders } from './log-waiters.ts';

/** A reader's place is not in this log, or not any more, or too old. */
export class CursorExpired extends Error {}

export interface TailOptions {
  orm: MikroORM;
  relay: Pick<Relay, 'grown'>;
  log: Log;
  /** Facts that are kept in memory; default 10,000. */
  kept?: number;
  /** What a fact leaves of each earlier one about the same thing; undefined: all. What the log forgets is forgotten here at once. */
  forgets?: ((fact: Fact) => ((earlier: Fact) => Fact) | undefined) | undefined;
  /** After about so long without a fact a reader is told how far it has come; default 30 s. */
  restMs?: number;
}

/** What one reader of the log is after. */
export interface Reader {
  workspace: string;
  /** The position that it has got to. */
  from: number;
  signal: AbortSignal;
  /** Nothing else is given to it, and nothing else wakes it; asked for every fact of the workspace, so it has to be quick. */
  concerns?: (fact: Fact) => boolean;
  /** All that such facts can be about, where that is little: to read what is not in memory any more. */
  subjects?: (em: EntityManager) => Promise<readonly string[] | undefined>;
}

/** Facts, and the position up to which there are no others for the reader; none, when only that is to be said. */
export interface Batch {
  facts: Fact[];
  position: number;
}

const PAGE = 500;
const KEPT = 10_000;
/** So many of the last facts are read when the first reader comes: those who come back after a restart find theirs in memory. */
const RECENT = 5_000;
/** Who has had nothing for about so long is told how far it has come. */
const REST_MS = 30_000;
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
  readonly #forgets: NonNullable<TailOptions['forgets']>;
  readonly #waiting: WaitingReaders;
  #ring: Fact[] = [];
  /** The position before the first fact of the ring. */
  #base = 0;
  #ready: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor({
    orm,
    relay,
    log,
    kept = KEPT,
    forgets = () => undefined,
    restMs = REST_MS,
  }: TailOptions) {
    this.#orm = orm;
    this.#relay = relay;
    this.#log = log;
    this.#kept = kept;
    this.#forgets = forgets;
    this.#waiting = new WaitingReaders(restMs, () => this.head);
  }

  /** The last position that this process knows of. */
  get head(): number {
    return this.#base + this.#ring.length;
  }

  /** The fact at a position, as far as it is in memory. */
  at(position: number): Fact | undefined {
    return this.#ring[position - this.#base - 1];
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
  async from({
    workspace,
    after,
  }: { workspace?: string; after?: number | undefined } = {}): Promise<number> {
    await this.ready();
    if (after === undefined || !workspace) return this.head;
    if (after >= this.#base && after <= this.head) return after;
    const { kept, young } = await this.#read((em) => standingOf(em, workspace, after), workspace);
    if (!kept || !young) throw new CursorExpired(kept ? 'too old' : 'not in the log');
    return after;
  }

  /** The facts that concern a reader, each once and in order, some at a time, for as long as its signal lasts. */
  async *follow({
    workspace,
    from,
    signal,
    concerns = () => true,
    subjects,
  }: Reader): AsyncGenerator<Batch, void, void> {
    let position = from;
    /** Up to which its reader knows that there is nothing. */
    let said = from;
    while (!signal.aborted && !this.#stopped) {
      if (position < this.#base) {
        const after = position;
        const older = await patiently(() => this.#older(workspace, after, subjects), signal);
        ({ position } = older);
        const own = older.facts.filter(concerns);
        if (own.length) yield { facts: own, position: (said = position) };
        continue;
      }
      // Nothing may come between looking into the ring and waiting: it would be missed.
      const place = position - this.#base;
      const own = this.#ring
        .slice(place, place + PAGE)
        .filter((fact) => fact.workspace === workspace && concerns(fact));
      position = Math.max(position, Math.min(position + PAGE, this.head));
      if (own.length) yield { facts: own, position: (said = position) };
      else if (position >= this.head) {
        const { reached, isRested } = await this.#waiting.next(workspace, concerns, signal);
        position = Math.max(position, reached);
        if (isRested && position > said) yield { facts: [], position: (said = position) };
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.wakeAll();
    await this.#running;
  }

  async #older(workspace: string, after: number, subjects: Reader['subjects']): Promise<Batch> {
    const until = this.head;
    const facts = await this.#read(
      async (em) =>
        factsAfter(em, after, PAGE, { workspace, until, subjects: await subjects?.(em) }),
      workspace,
    );
    return { facts, position: facts.length < PAGE ? until : facts.at(-1)!.position };
  }

  async #begin(): Promise<void> {
    const head = await this.#head();
    this.#ring = await this.#read((em) => recentFacts(em, head, Math.min(RECENT, this.#kept)), '*');
    this.#base = head - this.#ring.length;
    this.#forget(this.#ring);
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
        if (facts.length === PAGE) continue;
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
    const before = this.head;
    this.#ring.push(...facts);
    this.#forget(facts);
    if (this.#ring.length > this.#kept * 1.5) {
      this.#base += this.#ring.length - this.#kept;
      this.#ring = this.#ring.slice(-this.#kept);
    }
    this.#waiting.wake(facts, before);
  }

  #forget(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const left = this.#forgets(fact);
      const isEarlier = ({ subject, position }: Fact): boolean =>
        subject === fact.subject && position < fact.position;
      if (left) this.#ring = this.#ring.map((each) => (isEarlier(each) ? left(each) : each));
    }
  }

  #head(): Promise<number> {
    return this.#read(
      async (em) =>
        Number((await em.execute<{ head: string }[]>('select head from relay_state'))[0]!.head),
      '*',
    );
  }

  #read<T>(work: (em: EntityManager) => Promise<T>, workspace: string): Promise<T> {
    const em = this.#orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': workspace } });
    return em.transactional((inside) => work(inside as EntityManager), { readOnly: true });
  }
}
