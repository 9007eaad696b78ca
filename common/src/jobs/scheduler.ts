import type { Client } from 'pg';
import { type MikroORM, sql } from '../database/database.ts';
import { electLeader } from './leader-election.ts';
import { isDatabaseUnavailable } from '../core/database-errors.ts';
import type { Log } from '../core/log.ts';
import { systemActor } from '../auth/token.ts';
import { Context } from '../database/context.ts';

/** Something that happens to a stored thing at an instant that stands in a column of its table, where `clockColumn` shows it to the clock. */
export interface ScheduledTask {
  table: string;
  column: string;
  /**
   * Does what is due, in a transaction of its own, as the system in the thing's workspace. The row is locked by it and still due; it has to move
   * or to clear the instant.
   */
  run: (context: Context, row: object) => Promise<void>;
}

export interface SchedulerOptions {
  orm: MikroORM;
  url: string;
  log: Log;
  tasks: readonly ScheduledTask[];
  now?: () => Date;
  /** What becomes due sooner is told; all else is found in time by looking so often. */
  pollMs?: number;
}

export interface Scheduler {
  /** Looks at once for what is due, whatever it waits for. */
  wake(): void;
  /** Something is due at this instant. */
  announce(at: Date): void;
  stop: () => Promise<void>;
}

/** So many of one kind before the other kinds have their turn. */
const BATCH = 100;
/** What somebody else has locked is tried again after so long, what fails after so long and then ever more seldom. */
const LOCKED_MS = 50;
const FAILED_MS = 500;
const FAILED_MOST_MS = 60_000;

interface Due {
  timer: number;
  workspace_id: string;
  id: string;
  at: Date;
}

const clocks = new WeakMap<object, Scheduler>();
/** The clock of this process that works on a database. */
export const schedulerOf = (orm: object): Scheduler | undefined => clocks.get(orm);

/** Something becomes due at this instant, once the open transaction is committed: the clock may have to wake before it meant to. */
export function scheduleWakeup(context: Context, at: Date): void {
  context.afterCommit(() => schedulerOf(context.orm)?.announce(at));
}

/**
 * Does things at their instants. Every process runs one, and one of them works. It looks into the indexes for the next
 * instant and sleeps until then; what was due while nobody ran is done at once, the oldest first. Each row is locked and looked at again
 * before it is worked on, so that nothing is done twice, whoever else works.
 */
export function startScheduler({
  orm,
  url,
  log,
  tasks: timers,
  now = () => new Date(),
  pollMs = 1_000,
}: SchedulerOptions): Scheduler {
  /** What is left alone for a while, by timer and id. */
  const resting = timers.map(() => new Map<string, { until: number; failures: number }>());

  const NEXT = timers
    .map(
      ({ table, column }, at) =>
        `select ${at} as timer, * from ${table}_${column}_due('infinity', $1, $${at + 2}::uuid[])`,
    )
    .join(' union all ');

  /** The next ones of each kind that don't rest, the earliest first. */
  const next = async (client: Client, most: number): Promise<Due[]> => {
    const at = Date.now();
    for (const each of resting)
      for (const [id, { until, failures }] of each)
        if (until + (failures ? 2 * FAILED_MOST_MS : 0) <= at) each.delete(id);
    const left = resting.map((each) =>
      [...each].filter(([, { until }]) => until > at).map(([id]) => id),
    );
    const { rows } = await client.query<Due>(NEXT, [most, ...left]);
    return rows.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  };

  const rest = (timer: number, id: string, failed: boolean): void => {
    const failures = (resting[timer]!.get(id)?.failures ?? 0) + (failed ? 1 : 0);
    const ms = failed ? Math.min(FAILED_MS * 2 ** (failures - 1), FAILED_MOST_MS) : LOCKED_MS;
    resting[timer]!.set(id, { until: Date.now() + ms, failures });
  };

  const ring = async ({ timer, workspace_id, id }: Due): Promise<void> => {
    const { table, column, run: work } = timers[timer]!;
    const context = new Context({
      orm,
      log,
      actor: systemActor(workspace_id),
      requestId: `${table} ${column}`,
      locales: [],
    });
    try {
      const done = await context.write(async (em) => {
        const { rows } = await sql<object>`
          select * from ${sql.table(table)} where id = ${id}::uuid and ${sql.ref(column)} <= ${now()} for update skip locked
        `.execute(em.getKysely());
        if (rows[0]) await work(context, rows[0]);
        return rows.length > 0;
      });
      if (done) resting[timer]!.delete(id);
      else rest(timer, id, false);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      rest(timer, id, true);
      log.error(
        { err: error, table, column, id },
        'what was due could not be done, and is tried again',
      );
    }
  };

  /** Until when there is nothing to do, in milliseconds. */
  const idle = (earliest: Due | undefined): number => {
    const rests = resting
      .flatMap((each) => [...each.values()].map(({ until }) => until - Date.now()))
      .filter((ms) => ms > 0);
    const ahead = earliest ? [earliest.at.getTime() - now().getTime()] : [];
    return Math.max(1, Math.min(pollMs, ...ahead, ...rests));
  };

  const turn = async (client: Client): Promise<number> => {
    const [earliest] = await next(client, 1);
    if (!earliest || earliest.at > now()) return idle(earliest);
    for (const each of (await next(client, BATCH)).filter(({ at }) => at <= now())) {
      if (worker.isStopped) break;
      await ring(each);
    }
    return 0;
  };
  const worker = electLeader({
    url,
    name: 'clock',
    channel: 'clock',
    prepare: (client) => client.query('set jit = off'),
    log,
    work: turn,
    pollMs,
  });

  const clock: Scheduler = {
    wake: worker.wake,
    announce: (at) => {
      if (at.getTime() - now().getTime() <= pollMs) worker.wake();
    },
    stop: worker.stop,
  };
  clocks.set(orm, clock);
  return clock;
}

/**
 * The statements that show a column to the clock, which has to know what is due in every workspace: an index, and a function of the table's
 * owner that gives away instants and ids and nothing else. The table has `id`, `workspace_id` and row security.
 */
export const scheduledColumnSql = (table: string, column: string): string => `
  create index ${table}_${column} on ${table} (${column}, id) where ${column} is not null;
  drop policy if exists clock on ${table};
  create policy clock on ${table} for select to current_user using (true);
  create function ${table}_${column}_due(until timestamptz, most integer, except_ids uuid[])
    returns table (workspace_id uuid, id uuid, at timestamptz) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.workspace_id, d.id, d.${column} from public.${table} d
    where d.${column} <= until and d.id <> all (except_ids) order by d.${column}, d.id limit most
  $$;`;
