import { Client } from 'pg';
import type { Log } from '../core/log.ts';
import { type WaitOptions, Waiters } from '../core/waiters.ts';

export interface ListenOptions {
  url: string;
  /** A plain lower-case name. */
  channel: string;
  /**
   * Called with the payload of each notification; with undefined when notifications may have been
   * missed: after the first connection and after each reconnect.
   */
  onNotify: (payload: string | undefined) => void;
  log: Log;
}

const RECONNECT_MS = 250;

/**
 * Listens to `pg_notify(channel, payload)` on its own connection and reconnects when that is lost.
 * PostgreSQL delivers a notification after the notifying transaction has committed, to the
 * connections that listen at that time. A notification only says that there is something to read.
 * Returns the function that stops.
 */
export function listenToChannel({
  url,
  channel,
  onNotify,
  log,
}: ListenOptions): () => Promise<void> {
  let client: Client | undefined;
  let reconnect: NodeJS.Timeout | undefined;
  let connecting: Promise<void> | undefined;
  let isStopped = false;

  const connect = async (): Promise<void> => {
    const connection = new Client({
      connectionString: url,
      application_name: `deskgraph ${channel}`,
      keepAlive: true,
    });
    client = connection;
    connection.on('error', (error) =>
      log.warn({ err: error, channel }, 'LISTEN connection lost, reconnecting'),
    );
    connection.on('notification', ({ payload = '' }) => onNotify(payload));
    connection.once('end', () => connectLater());
    try {
      await connection.connect();
      await connection.query(`listen ${channel}`);
      onNotify(undefined);
    } catch (error) {
      if (!isStopped) log.warn({ err: error, channel }, 'LISTEN failed, retrying');
      await connection.end().catch(() => {});
      connectLater();
    }
  };
  const connectLater = (): void => {
    if (isStopped) return;
    clearTimeout(reconnect);
    reconnect = setTimeout(() => {
      connecting = connect();
    }, RECONNECT_MS);
  };
  connecting = connect();

  return async () => {
    isStopped = true;
    clearTimeout(reconnect);
    await connecting;
    await client?.end().catch(() => {});
  };
}

/**
 * Distributes the notifications of a channel within the process: the payload is the key. Listens
 * from the first `wait` or `subscribe` on. Notifications can be missed while the connection is
 * being set up or lost; every key is woken afterwards.
 *
 * @example
 * const hub = new NotifyHub({ url, channel: 'bulk', log });
 * const changed = hub.wait(jobId, { signal }); // before reading the job
 * const job = await readJob(jobId);
 * await changed;
 */
export class NotifyHub {
  readonly #options: Omit<ListenOptions, 'onNotify'>;
  readonly #waiters = new Waiters<string>();
  readonly #subscribers = new Map<string, Set<() => void>>();
  #stopListening: (() => Promise<void>) | undefined;

  constructor(options: Omit<ListenOptions, 'onNotify'>) {
    this.#options = options;
  }

  /**
   * Resolves at the next notification of the key, when the signal aborts, after the time or when
   * the hub stops; it never rejects.
   */
  wait(key: string, options: WaitOptions = {}): Promise<void> {
    this.#listen();
    return this.#waiters.wait(key, options);
  }

  /** Calls `onNotify` at each notification of the key until the returned function is called. */
  subscribe(key: string, onNotify: () => void): () => void {
    this.#listen();
    const subscribers = this.#subscribers.get(key) ?? new Set();
    this.#subscribers.set(key, subscribers.add(onNotify));
    return () => {
      subscribers.delete(onNotify);
      if (!subscribers.size && this.#subscribers.get(key) === subscribers)
        this.#subscribers.delete(key);
    };
  }

  /** Stops listening and wakes everything that waits. */
  async stop(): Promise<void> {
    await this.#stopListening?.();
    this.#waiters.wakeAll();
  }

  #listen(): void {
    this.#stopListening ??= listenToChannel({
      ...this.#options,
      onNotify: (payload) => this.#notify(payload),
    });
  }

  #notify(key: string | undefined): void {
    if (key === undefined) {
      this.#waiters.wakeAll();
      for (const subscribers of Array.from(this.#subscribers.values()))
        for (const subscriber of Array.from(subscribers)) subscriber();
      return;
    }
    this.#waiters.wake(key);
    for (const subscriber of Array.from(this.#subscribers.get(key) ?? [])) subscriber();
  }
}
