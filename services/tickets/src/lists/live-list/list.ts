import { setTimeout as sleep } from 'node:timers/promises';
import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { newUuid } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Alarm } from './timer.ts';
import { type TicketChange, TicketChangeKind, changeOf } from './change.ts';
import { concerns } from './event-relevance.ts';
import { type Step, difference } from './difference.ts';
import { type Line, type Reading, type Wish, read } from './read.ts';
import type { Semaphore } from '@deskgraph/common/core/semaphore';

export interface ListOptions {
  /** Somebody for whom it is; it is the same for all others who share it. */
  ctx: Context;
  wish: Wish;
  /** Lists read one after another, so that requests find connections free. */
  turns: Semaphore;
  alarm: Alarm;
}

/** Who is further behind gets the list anew. */
const KEPT = 500;
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const LONGEST_REST_MS = 1_000;

/**
 * A list that is kept up to date for all who look at it: whenever a fact or the clock may have changed it, it is read anew, once for all, and
 * the difference told. What the log says only wakes it, so that it can't drift away from what a query would answer.
 */
export class List {
  readonly #options: ListOptions;
  /** Cursors tell this one from another list with the same wish. */
  readonly #name = newUuid();
  readonly #end = new AbortController();
  readonly #readers = new Set<() => void>();
  #lines: Line[] = [];
  #totalCount = 0;
  #step = 0;
  /** Empty until it has been read. */
  #cursor = '';
  /** The newest changes, the last of which is the one of the last step. */
  #changes: TicketChange[] = [];
  #isStale = false;
  #wake = (): void => {};
  #unset = (): void => {};

  constructor(options: ListOptions) {
    this.#options = options;
    void this.#follow();
    void this.#keep();
  }

  /** The list, then every change of it, for as long as the signal lasts. */
  async *changes(signal: AbortSignal): AsyncGenerator<TicketChange, void, void> {
    let seen: number | undefined;
    while (!signal.aborted) {
      if (!this.#cursor || seen === this.#step) await this.#grown(signal);
      else if (seen === undefined || this.#step - seen > this.#changes.length) {
        seen = this.#step;
        yield this.#snapshot();
      } else yield this.#changes[this.#changes.length - this.#step + seen++]!;
    }
  }

  end(): void {
    this.#end.abort();
    this.#unset();
    this.#wake();
  }

  #snapshot(): TicketChange {
    const tickets = this.#lines.map(({ ticket }) => ticket);
    return changeOf({
      cursor: this.#cursor,
      kind: TicketChangeKind.SNAPSHOT,
      tickets,
      totalCount: this.#totalCount,
    });
  }

  #grown(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#readers.delete(wake);
        resolve();
      };
      this.#readers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Rings when a fact may concern the list, from before it is read for the first time. */
  async #follow(): Promise<void> {
    const { ctx, wish } = this.#options;
    const { tail, workspace, actor, log } = ctx;
    const isNear = (fact: DomainEvent): boolean =>
      concerns(actor, wish.filter, fact) || this.#lines.some(({ id }) => id === fact.subject);
    for (const { signal } = this.#end; !signal.aborted; await this.#rest(RETRY_MS)) {
      const from = await this.#persist(() => tail!.startPosition());
      if (from === undefined) return;
      this.#ring();
      try {
        for await (const { events: facts } of tail!.follow({
          workspace,
          from,
          signal,
          isRelevant: isNear,
        }))
          if (facts.length) this.#ring();
        return;
      } catch (error) {
        log.warn({ err: error }, 'a list begins to follow the log anew');
      }
    }
  }

  #ring(): void {
    this.#isStale = true;
    this.#wake();
  }

  /** Reads the list whenever it is stale. What rings meanwhile makes one reading; in between it rests as long as the reading took. */
  async #keep(): Promise<void> {
    while (!this.#end.signal.aborted) {
      if (!this.#isStale) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      this.#isStale = false;
      const took = await this.#persist(() => this.#options.turns.run(() => this.#renew()));
      await this.#rest(Math.min(took ?? 0, LONGEST_REST_MS));
    }
  }

  /** Tries until it is done; undefined when nobody waits for it any more. */
  async #persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (
      let retry = RETRY_MS;
      !this.#end.signal.aborted;
      retry = Math.min(retry * 2, LONGEST_RETRY_MS)
    )
      try {
        return await work();
      } catch (error) {
        if (retry === RETRY_MS)
          this.#options.ctx.log.warn({ err: error }, 'a list can’t be read now');
        await this.#rest(retry);
      }
    return undefined;
  }

  async #renew(): Promise<number> {
    const { ctx, wish, alarm } = this.#options;
    if (this.#end.signal.aborted) return 0;
    const began = performance.now();
    // Facts up to here are in the reading, which begins after it; those that follow come through the log.
    const position = ctx.tail!.head;
    const reading = await read(ctx, wish, this.#lines, new Date());
    this.#unset();
    this.#unset =
      reading.due && !this.#end.signal.aborted
        ? alarm(reading.due, () => this.#ring())
        : (): void => {};
    this.#tell(reading, position);
    return performance.now() - began;
  }

  #tell({ lines, totalCount, gone }: Reading, position: number): void {
    const steps: Partial<Step>[] = this.#cursor ? difference(this.#lines, lines) : [];
    if (this.#cursor && !steps.length && totalCount !== this.#totalCount)
      steps.push({ kind: TicketChangeKind.UPDATE });
    const tickets = new Map([...gone, ...lines.map(({ id, ticket }) => [id, ticket] as const)]);
    this.#lines = lines;
    this.#totalCount = totalCount;
    if (!this.#cursor) this.#cursor = this.#cursorOf(position);
    else if (!steps.length) return;
    for (const { kind, id = null, index = null, previousIndex = null } of steps) {
      this.#step++;
      this.#cursor = this.#cursorOf(position);
      const ticket = (id && tickets.get(id)) || null;
      this.#changes.push(
        changeOf({
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
    this.#changes.splice(0, this.#changes.length - KEPT);
    for (const wake of this.#readers) wake();
  }

  #cursorOf(position: number): string {
    return encodeCursor(this.#options.ctx, { position, version: this.#step, subject: this.#name });
  }

  #rest(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#end.signal, ref: false }).catch(() => {});
  }
}
