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

async function query(url: string, sql: string): Promise<unknown[]> {
  const session = new pg.Client({ connectionString: url });
  try {
    await session.connect();
    return (await session.query(sql)).rows;
  } finally {
    await session.end();
  }
}

/** Runs code in a child process that has the functions to start servers. */
function runCode(code: string) {
  const source = new URL('../../../common/source.mjs', import.meta.url).href;
  const postgres = new URL('./embedded-postgres.ts', import.meta.url).href;
  const script = `const { startPostgres, startTemporaryPostgres } = await import('${postgres}');\n${code}`;
  return spawn(
    process.execPath,
    ['--conditions=source', '--import', source, '--input-type=module', '-e', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
}

/** Runs code in a process that is killed when it prints a line; returns the line. */
async function killAfterLine(code: string): Promise<string> {
  const child = runCode(code);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return line;
}

beforeAll(() => ensureDatabases(server, [database]));
afterAll(async () => {
  await query(server, `drop database ${database}`);
  rmSync(folder, { recursive: true, force: true });
});

test('the application role uses the owner’s tables, owns nothing and is bound by row security', async () => {
  const owner = connectionUrl(server, { database });
  const app = appRoleUrl(server, appPassword, database);
  await grantAppRole(owner);
  await query(
    owner,
    `create table note (id bigserial primary key, reader text);
     alter table note enable row level security, force row level security;
     create policy own on note using (reader = current_setting('app.reader', true));
     create schema jobs; create table jobs.job (id int);`,
  );
  await query(
    app,
    `set app.reader = 'ana'; insert into note (reader) values ('ana'); insert into jobs.job values (1)`,
  );

  expect(await query(app, 'select * from note')).toEqual([]);
  await expect(query(app, `insert into note (reader) values ('bo')`)).rejects.toThrow(
    /row-level security/,
  );
  await expect(query(app, 'alter table note disable row level security')).rejects.toThrow(
    /must be owner/,
  );
  await expect(query(app, 'create table mine (id int)')).rejects.toThrow(/permission denied/);
  await expect(query(app, `set role postgres`)).rejects.toThrow(/permission denied/);
  const privileges = await query(
    server,
    `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as any from pg_roles where rolname = '${APP_ROLE}'`,
  );
  expect(privileges).toEqual([{ any: false }]);
});

test('a second start leaves existing databases and the role unchanged', async () => {
  expect(await ensureDatabases(server, [database])).toEqual([]);
  await ensureAppRole(server, appPassword);
  await grantAppRole(connectionUrl(server, { database }));
  expect(await query(appRoleUrl(server, appPassword, database), 'select 1 as one')).toEqual([
    { one: 1 },
  ]);
});

test('refuses connections without the password', async () => {
  await expect(query(connectionUrl(server, { password: '' }), 'select 1')).rejects.toThrow(
    /password must be/,
  );
  await expect(query(connectionUrl(server, { password: 'guess' }), 'select 1')).rejects.toThrow(
    /password authentication failed/,
  );
});

test('data survives a kill of the launcher, and a directory is used by one launcher at a time', async () => {
  const dir = join(folder, 'data');
  const password = randomPassword();
  const first = await killAfterLine(
    `console.log((await startPostgres({ dir: '${dir}', password: '${password}' })).url); setInterval(() => {}, 1000);`,
  );
  await query(first, 'create table stored (id int); insert into stored values (1)');
  const second = await startPostgres({ dir, password });
  try {
    expect(await query(second.url, 'select id from stored')).toEqual([{ id: 1 }]);
    await expect(startPostgres({ dir, password })).rejects.toThrow(PostgresInUse);
    expect(await query(second.url, 'select id from stored')).toEqual([{ id: 1 }]);
  } finally {
    await second.stop();
  }
  await expect(query(first, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
});

test('a temporary server is deleted when its process is killed', async () => {
  const dir = await killAfterLine(
    'console.log((await startTemporaryPostgres()).dir); setInterval(() => {}, 1000);',
  );
  while (existsSync(dirname(dir))) await sleep(20);
  expect(existsSync(dirname(dir))).toBe(false);
});

test('a process exits with its own code after it has stopped a temporary server', async () => {
  const child = runCode(
    'const { stop } = await startTemporaryPostgres(); await stop(); process.exitCode = 7;',
  );
  expect((await once(child, 'exit'))[0]).toBe(7);
});
