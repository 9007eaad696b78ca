import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import {
  type Scheduler,
  type ScheduledTask,
  scheduledColumnSql,
  scheduleWakeup,
  startScheduler,
} from './scheduler.ts';
import { type MikroORM, openDatabase, rowSecurity, sql } from '../database/database.ts';
import { newUuid } from '../core/id.ts';
import { createLog } from '../core/log.ts';
import { type TestDatabase, newWorkspace, createTestDatabase } from '../testing/testing.ts';
import { systemActor } from '../auth/token.ts';
import { Context } from '../database/context.ts';

class Tables extends Migration {
  override up(): void {
    this.addSql(`
      create table item (
        id uuid primary key, workspace_id uuid not null, due_at timestamptz(3),
        ends_at timestamptz(3), poison boolean not null default false);
      create table run (
        position serial, id uuid not null, workspace text not null, actor text not null,
        at timestamptz not null);
      ${rowSecurity('item')} ${scheduledColumnSql('item', 'due_at')} ${scheduledColumnSql('item', 'ends_at')}`);
  }
}

const log = createLog('test', 'silent');
const workspaces = [newWorkspace(), newWorkspace()] as const;
let database: TestDatabase;
let orm: MikroORM;
let owner: Client;
const schedulers: Scheduler[] = [];

const recordRun =
  (column: string): ScheduledTask['run'] =>
  async (ctx, row) => {
    const { id, poison } = row as { id: string; poison: boolean };
    const db = ctx.em.getKysely();
    if (poison) await sql`select 1 / 0`.execute(db);
    await sql`
      insert into run (id, workspace, actor, at)
      values (${id}::uuid, current_setting('desk.workspace'), ${ctx.actor.kind}, ${new Date()})`.execute(
      db,
    );
    await sql`update item set ${sql.ref(column)} = null where id = ${id}::uuid`.execute(db);
  };
const tasks: ScheduledTask[] = ['due_at', 'ends_at'].map((column) => ({
  table: 'item',
  column,
  run: recordRun(column),
}));

beforeAll(async () => {
  database = await createTestDatabase('scheduler', { tables: Tables });
  orm = await openDatabase({ url: database.url, entities: [], log, connections: 8 });
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await orm.close(true);
  await database.drop();
});
beforeEach(() => owner.query('truncate item, run restart identity'));
afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop()));
});

const start = (now?: () => Date, ownTasks = tasks): Scheduler => {
  const scheduler = startScheduler({
    orm,
    url: database.url,
    log,
    tasks: ownTasks,
    ...(now && { now }),
  });
  schedulers.push(scheduler);
  return scheduler;
};
const insertItem = async (
  dueAt: Date,
  more: { workspace?: string; poison?: boolean } = {},
): Promise<string> => {
  const id = newUuid();
  await owner.query('insert into item (id, workspace_id, due_at, poison) values ($1, $2, $3, $4)', [
    id,
    more.workspace ?? workspaces[0],
    dueAt,
    more.poison ?? false,
  ]);
  return id;
};
interface Run {
  id: string;
  workspace: string;
  actor: string;
  at: Date;
}
const runs = async (): Promise<Run[]> =>
  (await owner.query<Run>('select * from run order by position')).rows;
async function waitForRuns(count: number): Promise<Run[]> {
  for (;;) {
    const finished = await runs();
    if (finished.length >= count) return finished;
    await sleep(10);
  }
}
const ago = (ms: number): Date => new Date(Date.now() - ms);
/**
 * Waits until every row that is due at this time has been tried: rows run in the order of their due
 * times.
 */
async function waitForPass(dueAt = new Date()): Promise<string> {
  const id = await insertItem(dueAt);
  while (!(await runs()).some((run) => run.id === id)) await sleep(10);
  return id;
}

test('runs a task at its due time, as the system actor, in the workspace of the row', async () => {
  start();
  await waitForPass();
  const dueAt = new Date(Date.now() + 400);
  const ctx = new Context({
    orm,
    actor: systemActor(workspaces[1]),
    log,
    requestId: 'test',
    locales: [],
  });
  const id = newUuid();
  await ctx.write(async (em) => {
    await sql`
      insert into item (id, workspace_id, due_at)
      values (${id}::uuid, ${workspaces[1]}::uuid, ${dueAt})`.execute(em.getKysely());
    scheduleWakeup(ctx, dueAt);
  });
  const [, run] = await waitForRuns(2);
  expect(run).toMatchObject({ id, workspace: workspaces[1], actor: 'system' });
  expect(run!.at.getTime()).toBeGreaterThanOrEqual(dueAt.getTime());
});

/**
 * Waits until the last statement of each scheduler connection is the given one, so that it sleeps.
 */
async function waitForSleep(...last: string[]): Promise<void> {
  for (;;) {
    const { rows } = await owner.query<{ query: string }>(
      `select query from pg_stat_activity
       where datname = current_database() and application_name = 'deskgraph scheduler' and state = 'idle' order by backend_start`,
    );
    if (
      rows.length === last.length &&
      rows.every(({ query }, index) => query.includes(last[index]!))
    )
      return;
    await sleep(10);
  }
}

test('a process announces a due time to the leader in another process before its next poll', async () => {
  const pollMs = 3_600_000;
  schedulers.push(startScheduler({ orm, url: database.url, log, tasks, pollMs }));
  await waitForSleep('item_due_at_due');
  const second = await openDatabase({ url: database.url, entities: [], log, connections: 2 });
  schedulers.push(startScheduler({ orm: second, url: database.url, log, tasks, pollMs }));
  await waitForSleep('item_due_at_due', 'pg_try_advisory_lock');
  const ctx = new Context({
    orm: second,
    actor: systemActor(workspaces[0]),
    log,
    requestId: 'test',
    locales: [],
  });
  const [id, dueAt] = [newUuid(), new Date()];
  await ctx.write(async (em) => {
    await sql`
      insert into item (id, workspace_id, due_at)
      values (${id}::uuid, ${workspaces[0]}::uuid, ${dueAt})`.execute(em.getKysely());
    scheduleWakeup(ctx, dueAt);
  });
  expect(await waitForRuns(1)).toMatchObject([{ id }]);
  await schedulers[1]!.stop();
  await second.close(true);
});

test('finds a due row that was not announced', async () => {
  start();
  await waitForSleep('item_due_at_due');
  const id = await waitForPass();
  expect(await runs()).toMatchObject([{ id }]);
});

test('runs overdue rows once each and in order, also with several schedulers and when the leader stops', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 250; index++)
    ids.push(
      await insertItem(ago(1_000_000 - index * 1000), { workspace: workspaces[index % 2]! }),
    );
  const [first] = [start(), start(), start()];
  await waitForRuns(120);
  await first!.stop();
  const done = await waitForRuns(250);
  expect(done.map(({ id }) => id)).toEqual(ids);
  expect(done.every(({ workspace }, index) => workspace === workspaces[index % 2])).toBe(true);
});

test('a long queue of one task does not hold up another task', async () => {
  for (let index = 0; index < 300; index++) await insertItem(ago(10_000));
  const id = newUuid();
  await owner.query('insert into item (id, workspace_id, ends_at) values ($1, $2, $3)', [
    id,
    workspaces[0],
    ago(1_000),
  ]);
  start();
  const done = await waitForRuns(301);
  expect(done.findIndex((run) => run.id === id)).toBeLessThanOrEqual(200);
});

test('runs nothing before its due time', async () => {
  let now = new Date('2030-01-01T00:00:00Z');
  const scheduler = start(() => now);
  const id = await insertItem(new Date('2030-01-29T00:00:00Z'));
  await waitForPass(now);
  now = new Date('2030-01-28T23:59:59.999Z');
  await waitForPass(now);
  expect((await runs()).map((run) => run.id)).not.toContain(id);
  now = new Date('2030-01-29T00:00:00Z');
  scheduler.wake();
  expect((await waitForRuns(3))[2]).toMatchObject({ id });
});

test('retries a failed or locked row later without holding up others', async () => {
  const bad = await insertItem(ago(3_000), { poison: true });
  const locked = await insertItem(ago(2_000));
  const good = await insertItem(ago(1_000));
  await owner.query('begin');
  await owner.query('select from item where id = $1 for update', [locked]);
  start();
  expect((await waitForRuns(1)).map(({ id }) => id)).toEqual([good]);
  await owner.query('commit');
  expect((await waitForRuns(2)).map(({ id }) => id)).toEqual([good, locked]);
  await owner.query('update item set poison = false');
  expect((await waitForRuns(3)).at(-1)!.id).toBe(bad);
});

test('skips a row whose due time was moved before it was locked', async () => {
  const id = await insertItem(ago(1_000));
  const holder = new Client({ connectionString: database.ownerUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query(`update item set due_at = now() + interval '1 day' where id = $1`, [id]);
  start();
  await waitForPass();
  await holder.query('commit');
  await holder.end();
  await waitForPass();
  expect((await runs()).map((run) => run.id)).not.toContain(id);
});

test('continues after the database has ended its connections', async () => {
  start();
  await waitForPass();
  await owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await waitForPass();
  expect(await runs()).toHaveLength(2);
});

test('the service role reads the due rows of all workspaces, but table rows of its own workspace only', async () => {
  await insertItem(ago(0), { workspace: workspaces[1] });
  const app = new Client({ connectionString: database.url });
  await app.connect();
  await app.query(`select set_config('desk.workspace', $1, false)`, [workspaces[0]]);
  expect((await app.query(`select * from item_due_at_due('infinity', 10, '{}')`)).rowCount).toBe(1);
  expect((await app.query('select from item')).rowCount).toBe(0);
  await app.end();
});

test('a table owner without further privileges can create a scheduled column', async () => {
  const role = `owner_${newUuid().slice(-12)}`;
  await owner.query(
    `create role ${role}; grant create on schema public to ${role}; set role ${role}`,
  );
  await owner.query(`
    create table other (id uuid primary key, workspace_id uuid not null, due_at timestamptz(3));
    ${rowSecurity('other')} ${scheduledColumnSql('other', 'due_at')} reset role`);
  await owner.query('insert into other values ($1, $2, now())', [newUuid(), workspaces[0]]);
  const app = new Client({ connectionString: database.url });
  await app.connect();
  expect((await app.query(`select * from other_due_at_due('infinity', 10, '{}')`)).rowCount).toBe(
    1,
  );
  await app.end();
  await owner.query(`drop owned by ${role}; drop role ${role}`);
});

test('finds the next due row with the index', async () => {
  await owner.query('begin');
  await owner.query('set local enable_seqscan = off');
  const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
    `explain select id from item d
     where d.due_at <= 'infinity' and d.id <> all ('{}'::uuid[]) order by d.due_at, d.id limit 1`,
  );
  await owner.query('rollback');
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index.* Scan using item_due_at/);
});
