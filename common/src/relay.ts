import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { onRecord } from './events.ts';
import type { Log } from './log.ts';
import { makeRoom } from './partition.ts';

const BATCH = 1000;
const IDLE_MS = 250;
/** Facts that come right after others wait so long for more of them, so that a busy log is moved by tens and not by ones. */
const GATHER_MS = 5;
/** Held by the process that positions facts; the lock dies with its session. */
const LOCK = `hashtext('deskgraph relay')`;

/**
 * Moves one batch from the outbox to the log. Only one process does so at a time and its batches commit one after another, so that no
 * reader of `position > last` can miss a late row. With an empty outbox it writes, locks and tells nothing.
 */
const MOVE = `
  with state as (select head from relay_state where exists (select from outbox) for update),
  taken as (select * from outbox order by id limit ${BATCH}),
  logged as (
    insert into event_log (position, event_id, workspace_id, type, subject, version, actor, at, data, logged_at)
    select state.head + row_number() over (order by taken.id), event_id, workspace_id, type, subject, version, actor, at, data, clock_timestamp()
    from taken, state returning position),
  gone as (delete from outbox using taken where outbox.id = taken.id),
  moved as (
    update relay_state set head = head + (select count(*) from logged) where exists (select from logged) returning head, room - head <= partition_size as narrow)
  select (select count(*)::integer from logged) as count, (select narrow from moved), (select pg_notify('event_log', head::text) from moved)`;

interface Moved {
  count: number;
  /** Less than a whole partition is ahead. */
  narrow: boolean | null;
}

const NOTHING: Moved = { count: 0, narrow: false };

export interface Relay {
  /** Resolves when the log has grown, or after `ms`; at once when the process is stopping. */
  grown(ms: number): Promise<void>;
  /** Lets nobody wait any more. */
  release(): void;
  /** False once `release` was called. */
  readonly waits: boolean;
  stop(): Promise<void>;
}

/** Every process runs one; an advisory lock elects the one that works. All of them hear when the log grows. */
export function startRelay(orm: object, url: string, log: Log): Relay {
  let stopped = false;
  let released = false;
  let leads = false;
  let wake = (): void => {};
  let client: Client | undefined;
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const done of waiting) done();
    waiting.clear();
  };
  let asked = false;
  onRecord(orm, () => {
    asked = true;
    if (leads) wake();
    else if (client) client.query(`select pg_notify('outbox', '')`).catch(() => {});
  });

  const connect = async (): Promise<Client> => {
    const fresh = new Client({ connectionString: url, application_name: 'deskgraph relay', keepAlive: true });
    fresh.on('error', (error) => log.warn({ err: error }, 'relay lost its connection'));
    fresh.on('notification', ({ channel }) => {
      if (channel === 'event_log') tell();
      else {
        asked = true;
        wake();
      }
    });
    await fresh.connect();
    await fresh.query(`set jit = off; set desk.workspace = '*'; listen event_log; listen outbox`);
    return fresh;
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (asked || stopped) wake();
    });

  const work = async (): Promise<void> => {
    while (!stopped) {
      try {
        client ??= await connect();
        leads ||= (await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${LOCK}) as got`)).rows[0]!.got;
        asked = false;
        const { count, narrow } = leads ? (await client.query<Moved>({ name: 'move', text: MOVE })).rows[0]! : NOTHING;
        if (narrow) await makeRoom(client, log);
        if (count === 0) await pause(IDLE_MS);
        else if (count < BATCH) await sleep(GATHER_MS);
      } catch (error) {
        if (!stopped) log.warn({ err: error }, 'relay stumbled');
        leads = false;
        await client?.end().catch(() => {});
        client = undefined;
        asked = false;
        await pause(IDLE_MS);
      }
    }
  };
  const running = work();

  return {
    grown: (ms) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        waiting.add(done);
        if (released) done();
      }),
    get waits() {
      return !released;
    },
    release: () => {
      released = true;
      tell();
    },
    stop: async () => {
      stopped = true;
      wake();
      tell();
      await running;
      await client?.end().catch(() => {});
    },
  };
}
