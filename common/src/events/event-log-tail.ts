import type { EntityManager, MikroORM } from '../database/database.ts';
import { type DomainEvent, eventsAfter, recentEvents, resumeStatus } from './log.ts';
import { patiently } from '../core/database-errors.ts';
import type { Log } from '../core/log.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import { LogWaiters } from './log-waiters.ts';

/** A reader's place is not in this log, or not any more, or too old. */
export class CursorExpired extends Error {}

export interface EventLogTailOptions {
  orm: MikroORM;
  relay: Pick<OutboxRelay, 'waitForEvents'>;
  log: Log;
  /** Facts that are kept in memory; default 10,000. */
  maxCachedEvents?: number;
  /** What a fact leaves of each earlier one about the same thing; undefined: all. What the log forgets is forgotten here at once. */
  redact?: ((fact: DomainEvent) => ((earlier: DomainEvent) => DomainEvent) | undefined) | undefined;
  /** After about so long without a fact a reader is told how far it has come; default 30 s. */
  idleMs?: number;
}

/** What one reader of the log is after. */
export interface EventLogReader {
  workspace: string;
  /** The position that it has got to. */
  from: number;
  signal: AbortSignal;
  /** Nothing else is given to it, and nothing else wakes it; asked for every fact of the workspace, so it has to be quick. */
  isRelevant?: (fact: DomainEvent) => boolean;
  /** All that such facts can be about, where that is little: to read what is not in memory any more. */
  subjects?: (em: EntityManager) => Promise<readonly string[] | undefined>;
}

/** Facts, and the position up to which there are no others for the reader; none, when only that is to be said. */
export interface EventBatch {
  events: DomainEvent[];
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
export class EventLogTail {
  readonly #orm: MikroORM;
  readonly #relay: EventLogTailOptions['relay'];
  readonly #log: Log;
  readonly #kept: number;
  readonly #forgets: NonNullable<EventLogTailOptions['redact']>;
  readonly #waiting: LogWaiters;
  #ring: DomainEvent[] = [];
  /** The position before the first fact of the ring. */
  #base = 0;
  #ready: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor({
    orm,
    relay,
    log,
    maxCachedEvents: kept = KEPT,
    redact: forgets = () => undefined,
    idleMs: restMs = REST_MS,
  }: EventLogTailOptions) {
    this.#orm = orm;
    this.#relay = relay;
    this.#log = log;
    this.#kept = kept;
    this.#forgets = forgets;
    this.#waiting = new LogWaiters(restMs, () => this.head);
  }

  /** The last position that this process knows of. */
  get head(): number {
    return this.#base + this.#ring.length;
  }

  /** The fact at a position, as far as it is in memory. */
  cachedEvent(position: number): DomainEvent | undefined {
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
  async startPosition({
    workspace,
    after,
  }: { workspace?: string; after?: number | undefined } = {}): Promise<number> {
    await this.ready();
    if (after === undefined || !workspace) return this.head;
    if (after >= this.#base && after <= this.head) return after;
    const { kept, young } = await this.#read((em) => resumeStatus(em, workspace, after), workspace);
    if (!kept || !young) throw new CursorExpired(kept ? 'too old' : 'not in the log');
    return after;
  }

  /** The facts that concern a reader, each once and in order, some at a time, for as long as its signal lasts. */
  async *follow({
    workspace,
    from,
    signal,
    isRelevant: concerns = () => true,
    subjects,
  }: EventLogReader): AsyncGenerator<EventBatch, void, void> {
    let position = from;
    /** Up to which its reader knows that there is nothing. */
    let said = from;
    while (!signal.aborted && !this.#stopped) {
      if (position < this.#base) {
        const after = position;
        const older = await patiently(() => this.#older(workspace, after, subjects), signal);
        ({ position } = older);
        const own = older.events.filter(concerns);
        if (own.length) yield { events: own, position: (said = position) };
        continue;
      }
      // Nothing may come between looking into the ring and waiting: it would be missed.
      const place = position - this.#base;
      const own = this.#ring
        .slice(place, place + PAGE)
        .filter((fact) => fact.workspace === workspace && concerns(fact));
      position = Math.max(position, Math.min(position + PAGE, this.head));
      if (own.length) yield { events: own, position: (said = position) };
      else if (position >= this.head) {
        const { reached, isIdle: isRested } = await this.#waiting.next(workspace, concerns, signal);
        position = Math.max(position, reached);
        if (isRested && position > said) yield { events: [], position: (said = position) };
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.wakeAll();
    await this.#running;
  }

  async #older(
    workspace: string,
    after: number,
    subjects: EventLogReader['subjects'],
  ): Promise<EventBatch> {
    const until = this.head;
    const facts = await this.#read(
      async (em) =>
        eventsAfter(em, after, PAGE, { workspace, until, subjects: await subjects?.(em) }),
      workspace,
    );
    return { events: facts, position: facts.length < PAGE ? until : facts.at(-1)!.position };
  }

  async #begin(): Promise<void> {
    const head = await this.#head();
    this.#ring = await this.#read(
      (em) => recentEvents(em, head, Math.min(RECENT, this.#kept)),
      '*',
    );
    this.#base = head - this.#ring.length;
    this.#forget(this.#ring);
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    let failed = false;
    while (!this.#stopped) {
      const grown = this.#relay.waitForEvents(failed ? RETRY_MS : POLL_MS);
      try {
        const facts = await this.#read((em) => eventsAfter(em, this.head, PAGE), '*');
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

  #push(facts: DomainEvent[]): void {
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

  #forget(facts: readonly DomainEvent[]): void {
    for (const fact of facts) {
      const left = this.#forgets(fact);
      const isEarlier = ({ subject, position }: DomainEvent): boolean =>
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
