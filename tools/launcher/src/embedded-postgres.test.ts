import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { readConfig, z } from '@deskgraph/common/core/config';
import { PostgresInUse } from './orphaned-postgres.ts';
import {
  APP_ROLE,
  appRoleUrl,
  ensureAppRole,
  ensureDatabases,
  grantAppRole,
  connectionUrl,
} from '@deskgraph/common/database/app-role';
import { randomPassword, startPostgres } from './embedded-postgres.ts';

const { TEST_DATABASE_URL: server, TEST_APP_PASSWORD: appPassword } = readConfig(
  z.object({ TEST_DATABASE_URL: z.string(), TEST_APP_PASSWORD: z.string() }),
);
const database = `postgres_test_${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'deskgraph-'));

async function ask(url: string, sql: string): Promise<unknown[]> {
  const session = new pg.Client({ connectionString: url });
  try {
    await session.connect();
    return (await session.query(sql)).rows;
  } finally {
    await session.end();
  }
}

function program(code: string) {
  const source = new URL('../../../common/source.mjs', import.meta.url).href;
  const postgres = new URL('./embedded-postgres.ts', import.meta.url).href;
  const script = `const { startPostgres, startTemporaryPostgres } = await import('${postgres}');\n${code}`;
  return spawn(process.execPath, ['--import', source, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs the code in a process that is killed as soon as it prints a line, and gives the line. */
async function killedAfter(code: string): Promise<string> {
  const child = program(code);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return line;
}

beforeAll(() => ensureDatabases(server, [database]));
afterAll(async () => {
  await ask(server, `drop database ${database}`);
  rmSync(folder, { recursive: true, force: true });
});

test('the role of the services uses what the owner makes, owns nothing and is bound by row security', async () => {
  const owner = connectionUrl(server, { database });
  const app = appRoleUrl(server, appPassword, database);
  await grantAppRole(owner);
  await ask(
    owner,
    `create table note (id bigserial primary key, reader text);
     alter table note enable row level security, force row level security;
     create policy own on note using (reader = current_setting('app.reader', true));
     create schema jobs; create table jobs.job (id int);`,
  );
  await ask(
    app,
    `set app.reader = 'ana'; insert into note (reader) values ('ana'); insert into jobs.job values (1)`,
  );

  expect(await ask(app, 'select * from note')).toEqual([]);
  await expect(ask(app, `insert into note (reader) values ('bo')`)).rejects.toThrow(
    /row-level security/,
  );
  await expect(ask(app, 'alter table note disable row level security')).rejects.toThrow(
    /must be owner/,
  );
  await expect(ask(app, 'create table mine (id int)')).rejects.toThrow(/permission denied/);
  await expect(ask(app, `set role postgres`)).rejects.toThrow(/permission denied/);
  const powers = await ask(
    server,
    `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as any from pg_roles where rolname = '${APP_ROLE}'`,
  );
  expect(powers).toEqual([{ any: false }]);
});

test('a second start finds databases and role made and leaves them alone', async () => {
  expect(await ensureDatabases(server, [database])).toEqual([]);
  await ensureAppRole(server, appPassword);
  await grantAppRole(connectionUrl(server, { database }));
  expect(await ask(appRoleUrl(server, appPassword, database), 'select 1 as one')).toEqual([
    { one: 1 },
  ]);
});

test('nobody comes in without the password', async () => {
  await expect(ask(connectionUrl(server, { password: '' }), 'select 1')).rejects.toThrow(
    /password must be/,
  );
  await expect(ask(connectionUrl(server, { password: 'guess' }), 'select 1')).rejects.toThrow(
    /password authentication failed/,
  );
});

test('data survive the sudden death of whoever started the server, and a directory belongs to one launcher at a time', async () => {
  const dir = join(folder, 'data');
  const password = randomPassword();
  const first = await killedAfter(
    `console.log((await startPostgres({ dir: '${dir}', password: '${password}' })).url); setInterval(() => {}, 1000);`,
  );
  await ask(first, 'create table kept (id int); insert into kept values (1)');
  const second = await startPostgres({ dir, password });
  try {
    expect(await ask(second.url, 'select id from kept')).toEqual([{ id: 1 }]);
    await expect(startPostgres({ dir, password })).rejects.toThrow(PostgresInUse);
    expect(await ask(second.url, 'select id from kept')).toEqual([{ id: 1 }]);
  } finally {
    await second.stop();
  }
  await expect(ask(first, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
});

test('a throwaway server leaves nothing behind when its process is killed', async () => {
  const dir = await killedAfter(
    'console.log((await startTemporaryPostgres()).dir); setInterval(() => {}, 1000);',
  );
  while (existsSync(dirname(dir))) await sleep(20);
  expect(existsSync(dirname(dir))).toBe(false);
});

test('who has stopped a throwaway server goes on: a run of tests says how it ended', async () => {
  const child = program(
    'const { stop } = await startTemporaryPostgres(); await stop(); process.exitCode = 7;',
  );
  expect((await once(child, 'exit'))[0]).toBe(7);
});
