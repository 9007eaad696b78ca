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
      create table thing (id uuid primary key, workspace_id uuid not null, due_at timestamptz(3), ends_at timestamptz(3), poison boolean not null default false);
      create table rung (place serial, id uuid not null, workspace text not null, actor text not null, at timestamptz not null);
      ${rowSecurity('thing')} ${scheduledColumnSql('thing', 'due_at')} ${scheduledColumnSql('thing', 'ends_at')}`);
  }
}

const log = createLog('test', 'silent');
const workspaces = [newWorkspace(), newWorkspace()] as const;
let database: TestDatabase;
let orm: MikroORM;
let owner: Client;
const clocks: Scheduler[] = [];

const ringing =
  (column: string): ScheduledTask['run'] =>
  async (context, row) => {
    const { id, poison } = row as { id: string; poison: boolean };
    const db = context.em.getKysely();
    if (poison) await sql`select 1 / 0`.execute(db);
    await sql`insert into rung (id, workspace, actor, at) values (${id}::uuid, current_setting('desk.workspace'), ${context.actor.kind}, ${new Date()})`.execute(
      db,
    );
    await sql`update thing set ${sql.ref(column)} = null where id = ${id}::uuid`.execute(db);
  };
const timers: ScheduledTask[] = ['due_at', 'ends_at'].map((column) => ({
  table: 'thing',
  column,
  run: ringing(column),
}));

beforeAll(async () => {
  database = await createTestDatabase('clock', { tables: Tables });
  orm = await openDatabase({ url: database.url, entities: [], log, connections: 8 });
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await orm.close(true);
  await database.drop();
});
beforeEach(() => owner.query('truncate thing, rung restart identity'));
afterEach(async () => {
  await Promise.all(clocks.splice(0).map((clock) => clock.stop()));
});

const start = (now?: () => Date, which = timers): Scheduler => {
  const clock = startScheduler({ orm, url: database.url, log, tasks: which, ...(now && { now }) });
  clocks.push(clock);
  return clock;
};
const plan = async (
  at: Date,
  more: { workspace?: string; poison?: boolean } = {},
): Promise<string> => {
  const id = newUuid();
  await owner.query(
    'insert into thing (id, workspace_id, due_at, poison) values ($1, $2, $3, $4)',
    [id, more.workspace ?? workspaces[0], at, more.poison ?? false],
  );
  return id;
};
interface Rung {
  id: string;
  workspace: string;
  actor: string;
  at: Date;
}
const rung = async (): Promise<Rung[]> =>
  (await owner.query<Rung>('select * from rung order by place')).rows;
async function until(count: number): Promise<Rung[]> {
  for (;;) {
    const done = await rung();
    if (done.length >= count) return done;
    await sleep(10);
  }
}
const ago = (ms: number): Date => new Date(Date.now() - ms);
/** The oldest are done first: once this one is, all that was due has been looked at. */
async function looked(at = new Date()): Promise<string> {
  const id = await plan(at);
  while (!(await rung()).some((each) => each.id === id)) await sleep(10);
  return id;
}

test('a thing is done at its instant, by the system, in its own workspace', async () => {
  start();
  await looked();
  const at = new Date(Date.now() + 400);
  const context = new Context({
    orm,
    actor: systemActor(workspaces[1]),
    log,
    requestId: 'test',
    locales: [],
  });
  const id = newUuid();
  await context.write(async (em) => {
    await sql`insert into thing (id, workspace_id, due_at) values (${id}::uuid, ${workspaces[1]}::uuid, ${at})`.execute(
      em.getKysely(),
    );
    scheduleWakeup(context, at);
  });
  const [, done] = await until(2);
  expect(done).toMatchObject({ id, workspace: workspaces[1], actor: 'system' });
  expect(done!.at.getTime()).toBeGreaterThanOrEqual(at.getTime());
});

/** Waits until each clock of this database has asked for the last time before it sleeps. */
async function asleep(...last: string[]): Promise<void> {
  for (;;) {
    const { rows } = await owner.query<{ query: string }>(
      `select query from pg_stat_activity
       where datname = current_database() and application_name = 'deskgraph clock' and state = 'idle' order by backend_start`,
    );
    if (rows.length === last.length && rows.every(({ query }, at) => query.includes(last[at]!)))
      return;
    await sleep(10);
  }
}

test('another process is told of what becomes due soon, and does not find it only when it looks again', async () => {
  const pollMs = 3_600_000;
  clocks.push(startScheduler({ orm, url: database.url, log, tasks: timers, pollMs }));
  await asleep('thing_due_at_due');
  const second = await openDatabase({ url: database.url, entities: [], log, connections: 2 });
  clocks.push(startScheduler({ orm: second, url: database.url, log, tasks: timers, pollMs }));
  await asleep('thing_due_at_due', 'pg_try_advisory_lock');
  const context = new Context({
    orm: second,
    actor: systemActor(workspaces[0]),
    log,
    requestId: 'test',
    locales: [],
  });
  const [id, at] = [newUuid(), new Date()];
  await context.write(async (em) => {
    await sql`insert into thing (id, workspace_id, due_at) values (${id}::uuid, ${workspaces[0]}::uuid, ${at})`.execute(
      em.getKysely(),
    );
    scheduleWakeup(context, at);
  });
  expect(await until(1)).toMatchObject([{ id }]);
  await clocks[1]!.stop();
  await second.close(true);
});

test('what nobody tells of is found all the same', async () => {
  start();
  await asleep('thing_due_at_due');
  const id = await looked();
  expect(await rung()).toMatchObject([{ id }]);
});

test('what was due while nobody ran is done at once, the oldest first, each once, however many clocks there are', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 250; n++)
    ids.push(await plan(ago(1_000_000 - n * 1000), { workspace: workspaces[n % 2]! }));
  const [first] = [start(), start(), start()];
  await until(120);
  await first!.stop();
  const done = await until(250);
  expect(done.map(({ id }) => id)).toEqual(ids);
  expect(done.every(({ workspace }, n) => workspace === workspaces[n % 2])).toBe(true);
});

test('of two kinds neither waits until all of the other are done', async () => {
  for (let n = 0; n < 300; n++) await plan(ago(10_000));
  const id = newUuid();
  await owner.query('insert into thing (id, workspace_id, ends_at) values ($1, $2, $3)', [
    id,
    workspaces[0],
    ago(1_000),
  ]);
  start();
  const done = await until(301);
  expect(done.findIndex((each) => each.id === id)).toBeLessThanOrEqual(200);
});

test('nothing is done before the clock says so', async () => {
  let now = new Date('2030-01-01T00:00:00Z');
  const clock = start(() => now);
  const id = await plan(new Date('2030-01-29T00:00:00Z'));
  await looked(now);
  now = new Date('2030-01-28T23:59:59.999Z');
  await looked(now);
  expect((await rung()).map((each) => each.id)).not.toContain(id);
  now = new Date('2030-01-29T00:00:00Z');
  clock.wake();
  expect((await until(3))[2]).toMatchObject({ id });
});

test('what fails, or is held by somebody, keeps nobody else waiting and is done later', async () => {
  const bad = await plan(ago(3_000), { poison: true });
  const held = await plan(ago(2_000));
  const good = await plan(ago(1_000));
  await owner.query('begin');
  await owner.query('select from thing where id = $1 for update', [held]);
  start();
  expect((await until(1)).map(({ id }) => id)).toEqual([good]);
  await owner.query('commit');
  expect((await until(2)).map(({ id }) => id)).toEqual([good, held]);
  await owner.query('update thing set poison = false');
  expect((await until(3)).at(-1)!.id).toBe(bad);
});

test('a row that was put off meanwhile is left alone', async () => {
  const id = await plan(ago(1_000));
  const holder = new Client({ connectionString: database.ownerUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query(`update thing set due_at = now() + interval '1 day' where id = $1`, [id]);
  start();
  await looked();
  await holder.query('commit');
  await holder.end();
  await looked();
  expect((await rung()).map((each) => each.id)).not.toContain(id);
});

test('a clock whose sessions the database has ended goes on with others', async () => {
  start();
  await looked();
  await owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await looked();
  expect(await rung()).toHaveLength(2);
});

test('the role of the services sees what is due of all workspaces, and of the things themselves only those of its own', async () => {
  await plan(ago(0), { workspace: workspaces[1] });
  const app = new Client({ connectionString: database.url });
  await app.connect();
  await app.query(`select set_config('desk.workspace', $1, false)`, [workspaces[0]]);
  expect((await app.query(`select * from thing_due_at_due('infinity', 10, '{}')`)).rowCount).toBe(
    1,
  );
  expect((await app.query('select from thing')).rowCount).toBe(0);
  await app.end();
});

test('an owner without other powers can show what is due as well', async () => {
  const plain = `owner_${newUuid().slice(-12)}`;
  await owner.query(
    `create role ${plain}; grant create on schema public to ${plain}; set role ${plain}`,
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
  await owner.query(`drop owned by ${plain}; drop role ${plain}`);
});

test('the next instant is found in the index', async () => {
  await owner.query('begin');
  await owner.query('set local enable_seqscan = off');
  const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
    `explain select id from thing d where d.due_at <= 'infinity' and d.id <> all ('{}'::uuid[]) order by d.due_at, d.id limit 1`,
  );
  await owner.query('rollback');
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(
    /Index.* Scan using thing_due_at/,
  );
});
