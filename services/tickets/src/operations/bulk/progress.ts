import { sql } from '@deskgraph/common/database/database';
import { listenToChannel } from '@deskgraph/common/jobs/pg-notify';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { Context } from '@deskgraph/common/database/context';
import type { BulkJob } from './job.ts';

const CHANNEL = 'bulk';
/** Looked at once in a while, in case a word was lost. */
const REST_MS = 10_000;

/** Tells all processes, with the commit, that a job is not what it was. */
export const tell = async (ctx: Context, { id }: BulkJob): Promise<void> => {
  await sql`select pg_notify(${CHANNEL}, ${id})`.execute(ctx.em.getKysely());
};

/** Wakes those in this process who follow a job. It listens from when somebody follows one. */
class Watch {
  readonly #service: Service;
  readonly #waiting = new Map<string, Set<() => void>>();
  #stopListening: (() => Promise<void>) | undefined;

  constructor(service: Service) {
    this.#service = service;
  }

  /** Resolves when something may have been told of the job since this was asked, and when the signal stops. */
  next(id: string, signal: AbortSignal): Promise<void> {
    const { config, log } = this.#service;
    this.#stopListening ??= listenToChannel({
      url: config.DATABASE_URL,
      channel: CHANNEL,
      log,
      onNotify: (word) => this.#heard(word),
    });
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const wake = (): void => {
        clearTimeout(rest);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (!waiting.size) this.#waiting.delete(id);
        resolve();
      };
      const rest = setTimeout(wake, REST_MS);
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async stop(): Promise<void> {
    await this.#stopListening?.();
    this.#heard(undefined);
  }

  #heard(id: string | undefined): void {
    const woken = id === undefined ? [...this.#waiting.values()] : [this.#waiting.get(id)];
    for (const waiting of woken) for (const wake of waiting ?? []) wake();
  }
}

const known = new WeakMap<object, Watch>();

/** For as long as the service runs. */
export function openBulkWatch(service: Service): () => Promise<void> {
  const watch = new Watch(service);
  known.set(service.orm, watch);
  return () => watch.stop();
}

export function watchOf(orm: object): Watch {
  const watch = known.get(orm);
  if (!watch) throw new Error('Nobody watches jobs here.');
  return watch;
}
