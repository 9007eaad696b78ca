import type { Client } from 'pg';
import { systemActor } from '../auth/token.ts';
import { isDatabaseUnavailable } from '../core/database-errors.ts';
import type { Log } from '../core/log.ts';
import { Context } from '../database/context.ts';
import { type MikroORM, sql } from '../database/database.ts';
import { type LeaderTask, electLeader } from './leader-election.ts';

/**
 * Work on a row that becomes due at the time in a column of its table. `scheduledColumnSql` makes
 * the column readable for the scheduler.
 */
export interface ScheduledTask {
  table: string;
  column: string;
  /**
   * Runs in its own transaction, as the system actor in the workspace of the row. The row is locked
   * and still due. The task must clear the column or set it to a later time; otherwise it runs
   * again at once.
   */
  run: (ctx: Context, row: object) => Promise<void>;
}

export interface SchedulerOptions {
  orm: MikroORM;
  url: string;
  log: Log;
  tasks: readonly ScheduledTask[];
  now?: () => Date;
  /**
   * Polling interval. Rows due sooner are announced with NOTIFY; later ones are found by the next
   * poll.
   */
  pollMs?: number;
}

export interface Scheduler {
  /** Looks for due rows at once. */
  wake(): void;
  /** Wakes the scheduler when the time is before its next poll. */
  announce(dueAt: Date): void;
  stop: () => Promise<void>;
}

/** Rows of one task in a row, before the other tasks get their turn. */
const BATCH_SIZE = 100;
/** Retry delay of a row that another session has locked. */
const LOCKED_RETRY_MS = 50;
/** First retry delay of a row whose task failed; it doubles with each further failure. */
const FAILED_RETRY_MS = 500;
const MAX_FAILED_RETRY_MS = 60_000;

interface DueRow {
  /** Index into `SchedulerOptions.tasks`. */
  task: number;
  workspace_id: string;
  id: string;
  at: Date;
}

interface Retry {
  /** Milliseconds since the epoch. */
  notBefore: number;
  failures: number;
}

const schedulers = new WeakMap<object, Scheduler>();

/** The scheduler that this process runs on the database of `orm`, if any. */
export const schedulerOf = (orm: object): Scheduler | undefined => schedulers.get(orm);

/** Announces, when the open transaction commits, that it has stored a due time. */
export function scheduleWakeup(ctx: Context, dueAt: Date): void {
  ctx.afterCommit(() => schedulerOf(ctx.orm)?.announce(dueAt));
}

/**
 * Starts the scheduler. Every process starts one and the elected leader works: it reads the next
 * due time from the indexes, sleeps until then and runs the tasks of the due rows, the earliest
 * first; rows that became due while no process ran come first. Each row is locked and checked again
 * before its task runs, so that it runs once even with two leaders.
 *
 * @example
 * const scheduler = startScheduler({
 *   orm, url, log,
 *   tasks: [{ table: 'ticket', column: 'snoozed_until', run: wakeExpiredSnooze }],
 * });
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const scheduler = new LeaderScheduler(options);
  schedulers.set(options.orm, scheduler);
  return scheduler;
}

class LeaderScheduler implements Scheduler {
  readonly #orm: MikroORM;
  readonly #log: Log;
  readonly #tasks: readonly ScheduledTask[];
  readonly #now: () => Date;
  readonly #pollMs: number;
  readonly #dueRowsSql: string;
  /** Rows to leave alone for a while, by task and id. */
  readonly #retries: Map<string, Retry>[];
  readonly #leader: LeaderTask;

  constructor({ orm, url, log, tasks, now = () => new Date(), pollMs = 1_000 }: SchedulerOptions) {
    this.#orm = orm;
    this.#log = log;
    this.#tasks = tasks;
    this.#now = now;
    this.#pollMs = pollMs;
    this.#dueRowsSql = dueRowsSql(tasks);
    this.#retries = tasks.map(() => new Map<string, Retry>());
    this.#leader = electLeader({
      url,
      name: 'scheduler',
      channel: 'scheduler',
      prepare: (client) => client.query('set jit = off'),
      log,
      work: (client) => this.#step(client),
      pollMs,
    });
  }

  wake(): void {
    this.#leader.wake();
  }

  announce(dueAt: Date): void {
    if (dueAt.getTime() - this.#now().getTime() <= this.#pollMs) this.#leader.wake();
  }

  stop(): Promise<void> {
    return this.#leader.stop();
  }

  /** Runs what is due and returns the milliseconds until the next step. */
  async #step(client: Client): Promise<number> {
    const [earliest] = await this.#dueRows(client, 1);
    const now = this.#now();
    if (!earliest || earliest.at > now) return this.#idleMs(earliest);
    for (const row of await this.#dueRows(client, BATCH_SIZE)) {
      if (this.#leader.isStopped) break;
      if (row.at <= now) await this.#run(row);
    }
    return 0;
  }

  /** The next rows of each task that do not wait for a retry, the earliest first. */
  async #dueRows(client: Client, limit: number): Promise<DueRow[]> {
    const now = Date.now();
    for (const retries of this.#retries)
      for (const [id, { notBefore, failures }] of retries)
        if (notBefore + (failures ? 2 * MAX_FAILED_RETRY_MS : 0) <= now) retries.delete(id);
    const excludedIds = this.#retries.map((retries) =>
      [...retries].filter(([, { notBefore }]) => notBefore > now).map(([id]) => id),
    );
    const { rows } = await client.query<DueRow>(this.#dueRowsSql, [limit, ...excludedIds]);
    return rows.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  }

  async #run({ task, workspace_id: workspace, id }: DueRow): Promise<void> {
    const { table, column, run } = this.#tasks[task]!;
    const ctx = new Context({
      orm: this.#orm,
      log: this.#log,
      actor: systemActor(workspace),
      requestId: `${table} ${column}`,
      locales: [],
    });
    try {
      const hasRun = await ctx.write(async (em) => {
        const { rows } = await sql<object>`
          select * from ${sql.table(table)}
          where id = ${id}::uuid and ${sql.ref(column)} <= ${this.#now()} for update skip locked
        `.execute(em.getKysely());
        if (rows[0]) await run(ctx, rows[0]);
        return rows.length > 0;
      });
      if (hasRun) this.#retries[task]!.delete(id);
      else this.#retryLater(task, id, { hasFailed: false });
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      this.#retryLater(task, id, { hasFailed: true });
      this.#log.error({ err: error, table, column, id }, 'scheduled task failed, retrying');
    }
  }

  #retryLater(task: number, id: string, { hasFailed }: { hasFailed: boolean }): void {
    const retries = this.#retries[task]!;
    const failures = (retries.get(id)?.failures ?? 0) + (hasFailed ? 1 : 0);
    const delayMs = hasFailed
      ? Math.min(FAILED_RETRY_MS * 2 ** (failures - 1), MAX_FAILED_RETRY_MS)
      : LOCKED_RETRY_MS;
    retries.set(id, { notBefore: Date.now() + delayMs, failures });
  }

  /** The milliseconds until the earliest row, retry or poll. */
  #idleMs(earliest: DueRow | undefined): number {
    const untilRetries = this.#retries
      .flatMap((retries) => [...retries.values()].map(({ notBefore }) => notBefore - Date.now()))
      .filter((ms) => ms > 0);
    const untilEarliest = earliest ? [earliest.at.getTime() - this.#now().getTime()] : [];
    return Math.max(1, Math.min(this.#pollMs, ...untilEarliest, ...untilRetries));
  }
}

/**
 * The next rows of every task: $1 is the limit per task, $2 and on are the ids to exclude, one
 * array per task.
 */
const dueRowsSql = (tasks: readonly ScheduledTask[]): string =>
  tasks
    .map(
      ({ table, column }, index) =>
        `select ${index} as task, *
         from ${table}_${column}_due('infinity', $1, $${index + 2}::uuid[])`,
    )
    .join(' union all ');

/**
 * The statements, for a migration, that make a column readable for the scheduler. The scheduler
 * reads the due rows of all workspaces: an index, and a function of the table's owner that returns
 * times and ids only. The table needs `id`, `workspace_id` and row security.
 */
export const scheduledColumnSql = (table: string, column: string): string => `
  create index ${table}_${column} on ${table} (${column}, id) where ${column} is not null;
  drop policy if exists scheduler on ${table};
  create policy scheduler on ${table} for select to current_user using (true);
  create function ${table}_${column}_due(until timestamptz, most integer, except_ids uuid[])
    returns table (workspace_id uuid, id uuid, at timestamptz)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.workspace_id, d.id, d.${column} from public.${table} d
    where d.${column} <= until and d.id <> all (except_ids) order by d.${column}, d.id limit most
  $$;`;
