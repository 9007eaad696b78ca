import { retryWhileUnavailable } from '../core/database-errors.ts';
import type { Log } from '../core/log.ts';
import { ALL_WORKSPACES, inWorkspace } from '../database/context.ts';
import type { EntityManager, MikroORM } from '../database/database.ts';
import { LogWaiters } from './log-waiters.ts';
import { eventsAfter, recentEvents, resumeStatus } from './log.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import type { DomainEvent, EventBatch, EventLogReader, EventTail } from './types.ts';

/** A reader's position is not in this log, no longer stored, or too old to resume from. */
export class CursorExpired extends Error {}

/**
 * Redaction hook: returns a function that redacts earlier cached events of the same subject, or
 * undefined to keep them.
 */
export type RedactEvents = (
  event: DomainEvent,
) => ((earlier: DomainEvent) => DomainEvent) | undefined;

export interface EventLogTailOptions {
  orm: MikroORM;
  relay: Pick<OutboxRelay, 'waitForEvents'>;
  log: Log;
  /** Events cached in memory; default 10,000. */
  maxCachedEvents?: number;
  redact?: RedactEvents | undefined;
  /** Without a relevant event for about this long, a reader gets its position; default 30 s. */
  idleMs?: number;
}

const PAGE_SIZE = 500;
const MAX_CACHED_EVENTS = 10_000;
/** Events cached at start, so that clients which reconnect after a restart need no query. */
const MAX_RECENT_EVENTS = 5_000;
const IDLE_MS = 30_000;
/** Covers lost notifications of the relay. */
const POLL_MS = 1_000;
const RETRY_MS = 250;

/**
 * Follows the event log for any number of readers. The newest events are read once per process and
 * cached; a reader that is further behind reads pages from the table until it reaches the cache.
 * Positions have no gaps, so the index of an event in the cache follows from its position.
 */
export class EventLogTail implements EventTail {
  readonly #orm: MikroORM;
  readonly #relay: EventLogTailOptions['relay'];
  readonly #log: Log;
  readonly #maxCachedEvents: number;
  readonly #redactionOf: RedactEvents;
  readonly #waiters: LogWaiters;
  #cache: DomainEvent[] = [];
  /** The position before the first cached event. */
  #base = 0;
  #ready: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor({
    orm,
    relay,
    log,
    maxCachedEvents = MAX_CACHED_EVENTS,
    redact = () => undefined,
    idleMs = IDLE_MS,
  }: EventLogTailOptions) {
    this.#orm = orm;
    this.#relay = relay;
    this.#log = log;
    this.#maxCachedEvents = maxCachedEvents;
    this.#redactionOf = redact;
    this.#waiters = new LogWaiters(idleMs, () => this.head);
  }

  get head(): number {
    return this.#base + this.#cache.length;
  }

  cachedEvent(position: number): DomainEvent | undefined {
    return this.#cache[position - this.#base - 1];
  }

  ready(): Promise<void> {
    this.#ready ??= this.#start().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async startPosition({
    workspace,
    after,
  }: { workspace?: string; after?: number | undefined } = {}): Promise<number> {
    await this.ready();
    if (after === undefined || !workspace) return this.head;
    if (after >= this.#base && after <= this.head) return after;
    const { isStored, isRecent } = await this.#read(
      (em) => resumeStatus(em, workspace, after),
      workspace,
    );
    if (!isStored || !isRecent) throw new CursorExpired(isStored ? 'too old' : 'not in the log');
    return after;
  }

  async *follow({
    workspace,
    from,
    signal,
    isRelevant = () => true,
    subjects,
  }: EventLogReader): AsyncGenerator<EventBatch, void, void> {
    let position = from;
    /** The last position that the reader has received. */
    let reported = from;
    while (!signal.aborted && !this.#isStopped) {
      if (position < this.#base) {
        const after = position;
        const page = await retryWhileUnavailable(
          () => this.#readPage(workspace, after, subjects),
          signal,
        );
        ({ position } = page);
        const events = page.events.filter(isRelevant);
        if (events.length) yield { events, position: (reported = position) };
        continue;
      }
      // No await between reading the cache and waiting: an event in between would be missed.
      const index = position - this.#base;
      const events = this.#cache
        .slice(index, index + PAGE_SIZE)
        .filter((event) => event.workspace === workspace && isRelevant(event));
      position = Math.max(position, Math.min(position + PAGE_SIZE, this.head));
      if (events.length) yield { events, position: (reported = position) };
      else if (position >= this.head) {
        const waited = await this.#waiters.wait(workspace, isRelevant, signal);
        position = Math.max(position, waited.position);
        if (waited.isIdle && position > reported)
          yield { events: [], position: (reported = position) };
      }
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiters.wakeAll();
    await this.#running;
  }

  async #readPage(
    workspace: string,
    after: number,
    subjects: EventLogReader['subjects'],
  ): Promise<EventBatch> {
    const until = this.head;
    const events = await this.#read(
      async (em) =>
        eventsAfter(em, after, PAGE_SIZE, { workspace, until, subjects: await subjects?.(em) }),
      workspace,
    );
    return { events, position: events.length < PAGE_SIZE ? until : events.at(-1)!.position };
  }

  async #start(): Promise<void> {
    const head = await this.#storedHead();
    const limit = Math.min(MAX_RECENT_EVENTS, this.#maxCachedEvents);
    this.#cache = await this.#read((em) => recentEvents(em, head, limit));
    this.#base = head - this.#cache.length;
    this.#redactEarlier(this.#cache);
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    let hasFailed = false;
    while (!this.#isStopped) {
      // Registered before reading, so that no event in between is missed.
      const appended = this.#relay.waitForEvents(hasFailed ? RETRY_MS : POLL_MS);
      try {
        const events = await this.#read((em) => eventsAfter(em, this.head, PAGE_SIZE));
        hasFailed = false;
        this.#push(events);
        if (events.length === PAGE_SIZE) continue;
      } catch (error) {
        if (!hasFailed) this.#log.warn({ err: error }, 'event log read failed, retrying');
        hasFailed = true;
      }
      if (!this.#isStopped) await appended;
    }
  }

  #push(events: DomainEvent[]): void {
    if (!events.length) return;
    const first = events[0]!.position;
    if (first !== this.head + 1) {
      this.#log.error({ expected: this.head + 1, found: first }, 'event log has a gap');
      this.#cache = [];
      this.#base = first - 1;
    }
    const before = this.head;
    this.#cache.push(...events);
    this.#redactEarlier(events);
    if (this.#cache.length > this.#maxCachedEvents * 1.5) {
      this.#base += this.#cache.length - this.#maxCachedEvents;
      this.#cache = this.#cache.slice(-this.#maxCachedEvents);
    }
    this.#waiters.wake(events, before);
  }

  #redactEarlier(events: readonly DomainEvent[]): void {
    for (const event of events) {
      const redact = this.#redactionOf(event);
      const isEarlier = ({ subject, position }: DomainEvent): boolean =>
        subject === event.subject && position < event.position;
      if (redact)
        this.#cache = this.#cache.map((cached) => (isEarlier(cached) ? redact(cached) : cached));
    }
  }

  #storedHead(): Promise<number> {
    return this.#read(async (em) => {
      const [row] = await em.execute<{ head: string }[]>('select head from relay_state');
      return Number(row!.head);
    });
  }

  #read<T>(work: (em: EntityManager) => Promise<T>, workspace = ALL_WORKSPACES): Promise<T> {
    return inWorkspace(this.#orm, workspace, work, { readOnly: true });
  }
}
