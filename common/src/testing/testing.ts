import { randomUUID } from 'node:crypto';
import { type GraphQLSchema, isNonNullType, isObjectType } from 'graphql';
import { type Client as StreamClient, createClient } from 'graphql-ws';
import { Client } from 'pg';
import WebSocket from 'ws';
import { type Actor, USER_SCOPES, Role, SCOPES } from '../auth/access.ts';
import { type MigrationClass, migrate } from '../database/database.ts';
import { newId, newUuid } from '../core/id.ts';
import { createLog } from '../core/log.ts';
import { type ServiceConfig, type SubgraphOptions, startSubgraph } from '../service/subgraph.ts';
import { signActor } from '../auth/token.ts';

export const TEST_SECRET = 'a secret that only tests share, 32+';

export interface TestDatabase {
  /** As the role that owns nothing. */
  url: string;
  ownerUrl: string;
  drop(): Promise<void>;
}

/** A private database for this test file: a copy of a template that the first file of the run migrates. */
export async function createTestDatabase(
  name: string,
  migrations: Record<string, MigrationClass>,
): Promise<TestDatabase> {
  const base = process.env['TEST_DATABASE_URL']!;
  const on = (database: string): string =>
    Object.assign(new URL(base), { pathname: `/${database}` }).href;
  const admin = new Client({ connectionString: on('postgres') });
  await admin.connect();
  const template = `template_${name}`;
  await admin.query('select pg_advisory_lock(hashtext($1))', [template]);
  try {
    const { rowCount } = await admin.query(
      'select from pg_database where datname = $1 and datistemplate',
      [template],
    );
    if (!rowCount) {
      await admin.query(`drop database if exists ${template}`);
      await admin.query(`create database ${template}`);
      await allowApp(on(template));
      await migrate(on(template), migrations, createLog('test', 'silent'));
      await admin.query(`alter database ${template} is_template true`);
    }
  } finally {
    await admin.query('select pg_advisory_unlock(hashtext($1))', [template]);
  }
  const database = `test_${name}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await admin.query(`create database ${database} template ${template} strategy file_copy`);
  await admin.end();
  const url = Object.assign(new URL(on(database)), {
    username: 'deskgraph_app',
    password: process.env['TEST_APP_PASSWORD']!,
  }).href;
  return {
    url,
    ownerUrl: on(database),
    drop: async () => {
      const closer = new Client({ connectionString: on('postgres') });
      await closer.connect();
      await closer.query(`drop database ${database} with (force)`);
      await closer.end();
    },
  };
}

async function allowApp(url: string): Promise<void> {
  const { grantAppRole: grantApp } = await import('../database/app-role.ts');
  await grantApp(url);
}

export interface GraphqlResponse<Data = Record<string, never>> {
  data: Data | null;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string } & Record<string, unknown>;
  }[];
}

/** A running subgraph, and people who ask it. */
export interface TestService {
  url: string;
  service: Awaited<ReturnType<typeof startSubgraph>>;
  database: TestDatabase;
  ask<Data>(
    actor: Actor,
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<GraphqlResponse<Data>>;
  stop(): Promise<void>;
}

export async function startTestService(
  options: SubgraphOptions,
  migrations: Record<string, MigrationClass>,
): Promise<TestService> {
  const database = await createTestDatabase(options.name.replaceAll('-', '_'), migrations);
  const config: ServiceConfig = {
    NODE_ENV: 'test',
    LOG_LEVEL: (process.env['TEST_LOG'] as 'error' | undefined) ?? 'silent',
    HOST: '127.0.0.1',
    PORT: 0,
    INTERNAL_SECRET: TEST_SECRET,
    DATABASE_URL: database.url,
    DATABASE_CONNECTIONS: 10,
  };
  const service = await startSubgraph(options, config);
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    service,
    database,
    ask: async (actor, query, variables = {}, headers = {}) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await signActor(actor, TEST_SECRET)}`,
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as never;
    },
    stop: async () => {
      await service.stop();
      await database.drop();
    },
  };
}

export type { Client as StreamClient, FormattedExecutionResult as StreamResult } from 'graphql-ws';

/** A client of a subgraph's streams. */
export const createSubscriptionClient = (
  url: string,
  authorization: () => Promise<string>,
): StreamClient =>
  createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: async () => ({ authorization: await authorization() }),
  });

/** The data of an answer; fails with the whole answer when there are errors. */
export function dataOrThrow<Data>(answer: GraphqlResponse<Data>): Data {
  if (answer.errors || !answer.data)
    throw new Error(`Errors in the answer: ${JSON.stringify(answer, null, 2)}`);
  return answer.data;
}

/** A member of staff; needs no row for rights, only where the service looks the person up. */
export const userActor = (role: Role, workspace: string, more: Partial<Actor> = {}): Actor => ({
  kind: role === Role.REQUESTER ? 'customer' : 'agent',
  id: newId(role === Role.REQUESTER ? 'cus' : 'agt'),
  name: role.toLowerCase(),
  role,
  scopes: USER_SCOPES,
  workspace,
  departments: [],
  ...more,
});

export const appActor = (workspace: string, scopes: readonly string[] = SCOPES): Actor => ({
  kind: 'app',
  id: newId('app'),
  name: 'Partner',
  role: null,
  scopes,
  workspace,
  departments: [],
});

export const newWorkspace = newUuid;

const FRAME =
  /^\s*(begin|start transaction|commit|rollback|savepoint|release|set |select set_config)/i;

/** The statements that this process sends to its databases during `work`, but for what frames a transaction and what relay and clock do. */
export async function countStatements(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const query = Reflect.get(Client.prototype, 'query') as (
    this: Client,
    ...args: unknown[]
  ) => unknown;
  Client.prototype.query = function (this: Client, ...args: unknown[]) {
    const [statement] = args as [string | { text: string }];
    const sent = typeof statement === 'string' ? statement : statement.text;
    const { application_name: name = '' } = (
      this as unknown as { connectionParameters: { application_name?: string } }
    ).connectionParameters;
    if (!/ (relay|scheduler)$/.test(name) && !FRAME.test(sent)) seen.push(sent);
    return query.apply(this, args);
  } as typeof Client.prototype.query;
  try {
    await work();
  } finally {
    Client.prototype.query = query as typeof Client.prototype.query;
  }
  return seen;
}

/**
 * Where a stored thing and its GraphQL type disagree: a field that the graph promises although the column may be empty, and columns that are
 * not as the class says. Decorators state both, and nothing else compares them. What the database keeps by itself is no property either: whoever
 * writes a thing back whole (`store`) would write what it was.
 */
export async function mappingErrors(
  { service, database }: TestService,
  schema: GraphQLSchema,
): Promise<string[]> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{
    table_name: string;
    column_name: string;
    is_nullable: 'YES' | 'NO';
  }>(
    `select table_name, column_name, is_nullable from information_schema.columns where table_schema = 'public'`,
  );
  const kept = await keptColumns(client);
  await client.end();
  const columns = new Map(
    rows.map((row) => [`${row.table_name}.${row.column_name}`, row.is_nullable === 'YES']),
  );
  const faults: string[] = [];
  for (const meta of service.orm.getMetadata().getAll().values()) {
    if (meta.abstract) continue;
    const type = schema.getType(meta.className);
    for (const property of meta.props) {
      const place = `${meta.className}.${property.name}`;
      const stored = columns.get(`${meta.tableName}.${property.fieldNames[0]}`);
      if (stored === undefined) faults.push(`${place} has no column`);
      else if (stored !== Boolean(property.nullable))
        faults.push(`${place} is ${stored ? '' : 'not '}nullable in the table only`);
      if (kept.has(`${meta.tableName}.${property.fieldNames[0]}`))
        faults.push(`${place} is kept by the database`);
      const field = isObjectType(type) ? type.getFields()[property.name] : undefined;
      if (property.nullable && field && isNonNullType(field.type))
        faults.push(`${place} is promised by the graph and may be empty`);
    }
  }
  return faults;
}

/** Columns that are generated, or that a trigger writes into rows that are there already. */
async function keptColumns(client: Client): Promise<ReadonlySet<string>> {
  const { rows: generated } = await client.query<{ place: string }>(
    `select table_name || '.' || column_name as place from information_schema.columns where table_schema = 'public' and is_generated = 'ALWAYS'`,
  );
  const { rows: triggers } = await client.query<{ source: string }>(
    `select prosrc as source from pg_proc where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype`,
  );
  const written = triggers.flatMap(({ source }) =>
    [...source.matchAll(/\bupdate (\w+)(?: \w+)? set ([^;]*)/g)].flatMap(([, table, set]) =>
      [...set!.matchAll(/(?:^|, )(\w+) = /g)].map(([, column]) => `${table}.${column}`),
    ),
  );
  return new Set([...generated.map(({ place }) => place), ...written]);
}
