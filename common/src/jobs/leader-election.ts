import { Client } from 'pg';
import type { Log } from '../core/log.ts';

export interface LeaderTaskOptions {
  url: string;
  /** Of the work, a plain lower-case name; who holds the lock of this name does it. */
  name: string;
  /** What calls the elected process, whichever it is. */
  channel: string;
  /** Done on each new connection, in every process. */
  prepare: (client: Client) => Promise<unknown>;
  log: Log;
  /** Does a piece of the work. Gives the milliseconds until it wants to do the next if nobody calls before. */
  work: (client: Client) => Promise<number>;
  /** How often the others try to be elected, in milliseconds. */
  pollMs: number;
  /** What else is told on the connection of each process. */
  onNotify?: (channel: string) => void;
}

export interface LeaderTask {
  readonly isStopped: boolean;
  /** There is something to do now. */
  wake: () => void;
  stop: () => Promise<void>;
}

const RETRY_MS = 250;
/** Of failures in a row every so many-th is told. */
const TOLD = 20;

/** Work that one process at a time does. Every process is ready for it; an advisory lock elects one, and dies with its session. */
export function electLeader({
  url,
  name,
  channel,
  prepare,
  log,
  work,
  pollMs,
  onNotify: heard,
}: LeaderTaskOptions): LeaderTask {
  let isStopped = false;
  let isCalled = false;
  let leads = false;
  let failures = 0;
  let client: Client | undefined;
  let rouse = (): void => {};

  const connect = async (): Promise<Client> => {
    const fresh = new Client({
      connectionString: url,
      application_name: `deskgraph ${name}`,
      keepAlive: true,
    });
    fresh.on('error', (error) =>
      log.warn({ err: error, work: name }, 'lost the connection of a work that one process does'),
    );
    fresh.on('notification', (told) => (told.channel === channel ? wake() : heard?.(told.channel)));
    await fresh.connect();
    await prepare(fresh);
    await fresh.query(`listen ${channel}`);
    return fresh;
  };
  const wake = (): void => {
    isCalled = true;
    rouse();
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isCalled || isStopped) rouse();
    });

  const run = async (): Promise<void> => {
    while (!isStopped) {
      try {
        client ??= await connect();
        leads ||= (
          await client.query<{ got: boolean }>(
            `select pg_try_advisory_lock(hashtext('deskgraph ${name}')) as got`,
          )
        ).rows[0]!.got;
        isCalled = false;
        const ms = leads ? await work(client) : pollMs;
        failures = 0;
        if (ms > 0) await pause(ms);
      } catch (error) {
        if (!isStopped && failures++ % TOLD === 0)
          log.warn({ err: error, work: name }, 'a work that one process does stumbled');
        leads = false;
        await client?.end().catch(() => {});
        client = undefined;
        isCalled = false;
        await pause(RETRY_MS);
      }
    }
  };
  const running = run();

  return {
    get isStopped() {
      return isStopped;
    },
    wake: () => {
      if (leads || !client) wake();
      else client.query(`select pg_notify('${channel}', '')`).catch(() => {});
    },
    stop: async () => {
      isStopped = true;
      rouse();
      await running;
      await client?.end().catch(() => {});
    },
  };
}
