import { Client } from 'pg';
import type { Log } from '../core/log.ts';

export interface LeaderTaskOptions {
  url: string;
  /** A plain lower-case name of the task; the advisory lock has this name. */
  name: string;
  /** A notification on this channel makes the leader work at once. */
  channel: string;
  /** Runs on each new connection, in every process. */
  prepare: (client: Client) => Promise<unknown>;
  log: Log;
  /** Does one step and returns the milliseconds until the next one; `wake` ends that pause. */
  work: (client: Client) => Promise<number>;
  /** The interval, in milliseconds, at which the other processes try to become the leader. */
  pollMs: number;
  /**
   * Called in every process with the channel of each other notification that the connection
   * receives.
   */
  onNotify?: (channel: string) => void;
}

export interface LeaderTask {
  readonly isStopped: boolean;
  /** Makes the leader work at once, in whichever process it runs. */
  wake: () => void;
  stop: () => Promise<void>;
}

const RETRY_MS = 250;
/** Of consecutive failures, the first and then every 20th is logged. */
const LOG_EVERY_FAILURES = 20;

/**
 * Runs a task in one process at a time. Every process competes for an advisory lock; its holder is
 * the leader. PostgreSQL releases the lock when the leader's connection ends, and another process
 * takes over.
 *
 * @example
 * const task = electLeader({
 *   url, name: 'relay', channel: 'outbox', log, pollMs: 250,
 *   prepare: (client) => client.query('set jit = off'),
 *   work: async (client) => ((await moveBatch(client)) ? 0 : 250),
 * });
 */
export function electLeader(options: LeaderTaskOptions): LeaderTask {
  const candidate = new Candidate(options);
  return {
    get isStopped() {
      return candidate.isStopped;
    },
    wake: () => candidate.wake(),
    stop: () => candidate.stop(),
  };
}

class Candidate {
  isStopped = false;
  readonly #options: LeaderTaskOptions;
  readonly #running: Promise<void>;
  #client: Client | undefined;
  #isLeader = false;
  /** A wake-up arrived since the last step began, so that the next pause is skipped. */
  #isWoken = false;
  #failures = 0;
  #endPause = (): void => {};

  constructor(options: LeaderTaskOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  wake(): void {
    const { channel } = this.#options;
    if (this.#isLeader || !this.#client) this.#wakeHere();
    else this.#client.query(`select pg_notify('${channel}', '')`).catch(() => {});
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.#endPause();
    await this.#running;
    await this.#client?.end().catch(() => {});
  }

  async #run(): Promise<void> {
    while (!this.isStopped)
      try {
        const pauseMs = await this.#step();
        this.#failures = 0;
        if (pauseMs > 0) await this.#pause(pauseMs);
      } catch (error) {
        await this.#recover(error);
      }
  }

  async #step(): Promise<number> {
    const { work, pollMs } = this.#options;
    const client = (this.#client ??= await this.#connect());
    this.#isLeader ||= await this.#tryLock(client);
    this.#isWoken = false;
    return this.#isLeader ? work(client) : pollMs;
  }

  /** Closes the connection, which gives up the lock, and pauses before the next attempt. */
  async #recover(error: unknown): Promise<void> {
    const { log, name } = this.#options;
    if (!this.isStopped && this.#failures++ % LOG_EVERY_FAILURES === 0)
      log.warn({ err: error, task: name }, 'leader task failed, retrying');
    this.#isLeader = false;
    await this.#client?.end().catch(() => {});
    this.#client = undefined;
    this.#isWoken = false;
    await this.#pause(RETRY_MS);
  }

  async #connect(): Promise<Client> {
    const { url, name, channel, prepare, log, onNotify } = this.#options;
    const client = new Client({
      connectionString: url,
      application_name: `deskgraph ${name}`,
      keepAlive: true,
    });
    client.on('error', (error) =>
      log.warn({ err: error, task: name }, 'leader connection lost, reconnecting'),
    );
    client.on('notification', (notification) =>
      notification.channel === channel ? this.#wakeHere() : onNotify?.(notification.channel),
    );
    await client.connect();
    await prepare(client);
    await client.query(`listen ${channel}`);
    return client;
  }

  async #tryLock(client: Client): Promise<boolean> {
    const { rows } = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_lock(hashtext('deskgraph ${this.#options.name}')) as locked`,
    );
    return rows[0]!.locked;
  }

  #wakeHere(): void {
    this.#isWoken = true;
    this.#endPause();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isWoken || this.isStopped) this.#endPause();
    });
  }
}
