import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '../auth/token.ts';
import { isEnvironmentError } from '../core/database-errors.ts';
import type { Log } from '../core/log.ts';
import { ALL_WORKSPACES, Context } from '../database/context.ts';
import type { EntityManager, MikroORM } from '../database/database.ts';
import { blockedByDeadLetter, storeDeadLetters } from './dead-letters.ts';
import type { DomainEvent } from './types.ts';

const MAX_TRIES = 5;
/** Delay after the first try; four times as long after each further one. */
const RETRY_MS = 50;

/** The effect of events in this service. One of `applyEvent` and `applyEvents` is set. */
export interface ProjectorOptions {
  orm: MikroORM;
  source: string;
  log: Log;
  /** Applies one event, in its workspace and in the transaction that stores the position. */
  applyEvent?: (ctx: Context, event: DomainEvent) => Promise<void>;
  /** Applies a page of events of one workspace in order, for effects that are computed together. */
  applyEvents?: (ctx: Context, events: DomainEvent[]) => Promise<void>;
}

export type ApplyEvents = NonNullable<ProjectorOptions['applyEvents']>;

export const applyEventsOf = ({ applyEvent, applyEvents }: ProjectorOptions): ApplyEvents =>
  applyEvents ??
  (async (ctx, events) => {
    for (const event of events) await applyEvent!(ctx, event);
  });

export const projectorContext = ({ orm, source, log }: ProjectorOptions): Context =>
  new Context({
    orm,
    actor: systemActor(ALL_WORKSPACES),
    log,
    requestId: `feed ${source}`,
    locales: [],
  });

/** Locks and returns the position of a source, so that one transaction at a time applies events. */
export async function lockFeedPosition(em: EntityManager, source: string): Promise<number> {
  for (;;) {
    const [row] = await em.execute<{ position: string }[]>(
      'select position from feed_position where source = ? for update',
      [source],
    );
    if (row) return Number(row.position);
    await em.execute(
      'insert into feed_position (source, position) values (?, 0) on conflict (source) do nothing',
      [source],
    );
  }
}

/**
 * Applies events exactly once: their effect and the position are stored in the same transaction. A
 * page that fails is applied event by event. An event that keeps failing becomes a dead letter, and
 * so do later events of its subject until it is replayed; all others go on.
 */
export class EventProjector {
  readonly #options: ProjectorOptions;
  readonly #signal: AbortSignal;
  readonly #applyEvents: ApplyEvents;

  constructor(options: ProjectorOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#applyEvents = applyEventsOf(options);
  }

  /** The position of the last applied event. */
  async position(): Promise<number> {
    const { orm, source } = this.#options;
    const [row] = await orm.em
      .fork()
      .execute<{ position: string }[]>('select position from feed_position where source = ?', [
        source,
      ]);
    return Number(row?.position ?? 0);
  }

  /** Applies the events that follow position `after`. */
  async apply(after: number, events: DomainEvent[]): Promise<void> {
    try {
      await this.#advance(after, events, this.#applyPage);
    } catch (error) {
      if (isEnvironmentError(error)) throw error;
      for (const event of events) await this.#applySingly(event);
    }
  }

  /**
   * Runs `work` on the events that no other process has applied meanwhile and stores the new
   * position. A page that begins beyond the stored position is skipped: the position was reset to
   * rebuild the projection.
   */
  #advance(
    after: number,
    events: DomainEvent[],
    work: (ctx: Context, fresh: DomainEvent[]) => Promise<void>,
  ): Promise<void> {
    const { source } = this.#options;
    const ctx = projectorContext(this.#options);
    return ctx.write(async (em) => {
      const reached = await lockFeedPosition(em, source);
      const fresh = events.filter((event) => event.position > reached);
      if (reached < after || !fresh.length) return;
      await work(ctx, fresh);
      await em.execute('update feed_position set position = ? where source = ?', [
        fresh.at(-1)!.position,
        source,
      ]);
    });
  }

  readonly #applyPage = async (ctx: Context, events: DomainEvent[]): Promise<void> => {
    const { source } = this.#options;
    const blocked = await blockedByDeadLetter(ctx.em, source, events);
    for (const [workspace, ofWorkspace] of Map.groupBy(events, (event) => event.workspace)) {
      const free = ofWorkspace.filter((event) => !blocked.includes(event));
      if (free.length) await ctx.withWorkspace(workspace, () => this.#applyEvents(ctx, free));
    }
    await storeDeadLetters(ctx, source, blocked);
  };

  async #applySingly(event: DomainEvent): Promise<void> {
    for (let tries = 1, delay = RETRY_MS; ; tries++, delay *= 4) {
      try {
        return await this.#advance(event.position - 1, [event], this.#applyPage);
      } catch (error) {
        if (isEnvironmentError(error) || this.#signal.aborted) throw error;
        if (tries === MAX_TRIES) return await this.#storeDeadLetter(event, error, tries);
        await sleep(delay, undefined, { signal: this.#signal });
      }
    }
  }

  #storeDeadLetter(event: DomainEvent, error: unknown, tries: number): Promise<void> {
    const { log, source } = this.#options;
    const { position, id, type } = event;
    log.error(
      { err: error, source, position, event: id, type },
      'event not applied, stored as dead letter',
    );
    return this.#advance(position - 1, [event], (ctx) =>
      storeDeadLetters(ctx, source, [event], { error, tries }),
    );
  }
}
