import { setTimeout as sleep } from 'node:timers/promises';
import { newUuid } from '@deskgraph/common/core/id';
import type { Semaphore } from '@deskgraph/common/core/semaphore';
import { Waiters } from '@deskgraph/common/core/waiters';
import type { Context } from '@deskgraph/common/database/context';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { type TicketChange, TicketChangeKind, ticketChange } from './change.ts';
import { type ListPatch, listPatches } from './difference.ts';
import { eventMayChangeList } from './event-relevance.ts';
import type { SetTimer } from './next-time-change.ts';
import {
  type TicketEntry,
  type TicketListRequest,
  type TicketListState,
  readTicketList,
} from './read.ts';

export interface LiveListOptions {
  /** The context of one of the callers. The list is the same for all callers that share it. */
  ctx: Context;
  request: TicketListRequest;
  /** Limits concurrent reads of lists, so that requests find free connections. */
  readLimit: Semaphore;
  setTimer: SetTimer;
}

/** A subscriber that is further behind gets a new snapshot. */
const MAX_BUFFERED_CHANGES = 500;
const RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
const MAX_PAUSE_MS = 1_000;

/**
 * A list that is kept up to date for all of its subscribers. Whenever an event or the time may have
 * changed it, it is read once for all and the difference is published. Events only trigger a read,
 * so the list cannot drift away from the result of the query.
 */
export class LiveList {
  readonly #options: LiveListOptions;
  /** Distinguishes this list in cursors from another one of the same request. */
  readonly #name = newUuid();
  readonly #end = new AbortController();
  readonly #stale = new Waiters();
  readonly #changed = new Waiters();
  #entries: TicketEntry[] = [];
  #totalCount = 0;
  /** The number of changes so far. */
  #step = 0;
  /** Empty until the first read. */
  #cursor = '';
  /** The latest changes, up to the current step. */
  #changes: TicketChange[] = [];
  #isStale = false;
  #cancelTimer = (): void => {};

  constructor(options: LiveListOptions) {
    this.#options = options;
    void this.#followEvents();
    void this.#readWhenStale();
  }

  /** Yields the list, then every change, until the signal aborts. */
  async *changes(signal: AbortSignal): AsyncGenerator<TicketChange, void, void> {
    let seenStep: number | undefined;
    while (!signal.aborted) {
      if (!this.#cursor || seenStep === this.#step) await this.#changed.wait(undefined, { signal });
      else if (seenStep === undefined || this.#step - seenStep > this.#changes.length) {
        seenStep = this.#step;
        yield this.#snapshot();
      } else yield this.#changes[this.#changes.length - this.#step + seenStep++]!;
    }
  }

  end(): void {
    this.#end.abort();
    this.#cancelTimer();
  }

  #snapshot(): TicketChange {
    return ticketChange({
      cursor: this.#cursor,
      kind: TicketChangeKind.SNAPSHOT,
      tickets: this.#entries.map(({ ticket }) => ticket),
      totalCount: this.#totalCount,
    });
  }

  /** Marks the list as stale when an event may have changed it. Starts before the first read. */
  async #followEvents(): Promise<void> {
    const { ctx, request } = this.#options;
    const { tail, workspace, actor, log } = ctx;
    const isRelevant = (event: DomainEvent): boolean =>
      eventMayChangeList(actor, request.filter, event) ||
      this.#entries.some(({ id }) => id === event.subject);
    for (const { signal } = this.#end; !signal.aborted; await this.#pause(RETRY_MS)) {
      const from = await this.#retry(() => tail!.startPosition());
      if (from === undefined) return;
      this.#markStale();
      try {
        for await (const { events } of tail!.follow({ workspace, from, signal, isRelevant }))
          if (events.length) this.#markStale();
        return;
      } catch (error) {
        log.warn({ err: error }, 'live list: event subscription failed, retrying');
      }
    }
  }

  #markStale(): void {
    this.#isStale = true;
    this.#stale.wakeAll();
  }

  /**
   * Reads the list whenever it is stale. Changes during a read cause one more read, after a pause
   * as long as the read took.
   */
  async #readWhenStale(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      if (!this.#isStale) {
        await this.#stale.wait(undefined, { signal });
        continue;
      }
      this.#isStale = false;
      const durationMs = await this.#retry(() =>
        this.#options.readLimit.run(() => this.#readAndPublish()),
      );
      await this.#pause(Math.min(durationMs ?? 0, MAX_PAUSE_MS));
    }
  }

  /** Retries `work` until it succeeds; undefined when the list has ended. */
  async #retry<T>(work: () => Promise<T>): Promise<T | undefined> {
    let delayMs = RETRY_MS;
    while (!this.#end.signal.aborted) {
      try {
        return await work();
      } catch (error) {
        if (delayMs === RETRY_MS)
          this.#options.ctx.log.warn({ err: error }, 'live list: read failed, retrying');
        await this.#pause(delayMs);
      }
      delayMs = Math.min(delayMs * 2, MAX_RETRY_MS);
    }
    return undefined;
  }

  /** Returns the duration in milliseconds. */
  async #readAndPublish(): Promise<number> {
    const { ctx, request, setTimer } = this.#options;
    if (this.#end.signal.aborted) return 0;
    const startedAt = performance.now();
    // The read includes the events up to this position; later events mark the list as stale.
    const position = ctx.tail!.head;
    const state = await readTicketList(ctx, request, this.#entries, new Date());
    this.#cancelTimer();
    this.#cancelTimer =
      state.nextChangeAt && !this.#end.signal.aborted
        ? setTimer(state.nextChangeAt, () => this.#markStale())
        : (): void => {};
    this.#publish(state, position);
    return performance.now() - startedAt;
  }

  #publish({ entries, totalCount, loadedTickets }: TicketListState, position: number): void {
    const isFirst = !this.#cursor;
    const patches: Partial<ListPatch>[] = isFirst ? [] : listPatches(this.#entries, entries);
    if (!isFirst && !patches.length && totalCount !== this.#totalCount)
      patches.push({ kind: TicketChangeKind.UPDATE });
    const tickets = new Map([
      ...loadedTickets,
      ...entries.map(({ id, ticket }) => [id, ticket] as const),
    ]);
    this.#entries = entries;
    this.#totalCount = totalCount;
    if (isFirst) this.#cursor = this.#cursorAt(position);
    else if (!patches.length) return;
    for (const { kind, id = null, index = null, previousIndex = null } of patches) {
      this.#step++;
      this.#cursor = this.#cursorAt(position);
      const ticket = (id && tickets.get(id)) || null;
      this.#changes.push(
        ticketChange({
          cursor: this.#cursor,
          kind: kind!,
          ticket,
          ticketId: id,
          index,
          previousIndex,
          totalCount,
        }),
      );
    }
    this.#changes.splice(0, this.#changes.length - MAX_BUFFERED_CHANGES);
    this.#changed.wakeAll();
  }

  #cursorAt(position: number): string {
    return encodeCursor(this.#options.ctx, { position, version: this.#step, subject: this.#name });
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#end.signal, ref: false }).catch(() => {});
  }
}
