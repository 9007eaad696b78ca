import { type IncomingMessage, createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { withClient } from './database.ts';
import type { Server } from './process.ts';
import { waitFor } from './wait-for.ts';

/** A proxy between the gateway and a service that records the queries. */
export interface QueryRecorder {
  url: string;
  /** The recorded queries. Tests empty the array before they count. */
  queries: string[];
  close(): Promise<void>;
}

export async function startQueryRecorder(service: Server): Promise<QueryRecorder> {
  const queries: string[] = [];
  const forward = async (request: IncomingMessage): Promise<{ status: number; body: string }> => {
    const body = await text(request);
    queries.push((JSON.parse(body) as { query: string }).query);
    const headers = {
      'content-type': 'application/json',
      authorization: request.headers.authorization ?? '',
    };
    const answer = await fetch(service.url + request.url!, { method: 'POST', headers, body });
    return { status: answer.status, body: await answer.text() };
  };
  const http = createServer((request, response) => {
    forward(request).then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    queries,
    close: async () => {
      http.close();
      http.closeAllConnections();
    },
  };
}

/**
 * Parts of the statements that every service runs in the background: relay, feeds, timers,
 * transaction setup.
 */
const BACKGROUND_STATEMENTS = [
  'dead_letter',
  'idempotency where ctid',
  ' as task,',
  'event_log',
  'feed_position',
  'relay_state',
  'advisory',
  'set_config',
  'listen ',
  'pg_stat_statements',
  'outbox',
  'notification',
  ') as departments',
];

const RUNNING_TRANSACTIONS = `select from pg_stat_activity where application_name = 'deskgraph' and datname = any($1) and xact_start is not null`;

/** Returns the statements that `work` runs in these databases, each as often as it ran. */
export async function statementsOf(
  databases: readonly string[],
  work: () => Promise<unknown>,
): Promise<string[]> {
  const ids = 'select oid from pg_database where datname = any($1)';
  return withClient(async (session) => {
    await session.query('create extension if not exists pg_stat_statements');
    // A request that timed out may still run its last statement.
    await waitFor(
      'earlier transactions have ended',
      async () => !(await session.query(RUNNING_TRANSACTIONS, [databases])).rowCount,
    );
    await session.query(`select pg_stat_statements_reset(0, oid, 0) from (${ids}) as databases`, [
      databases,
    ]);
    await work();
    const { rows } = await session.query<{ query: string; calls: string }>(
      `select d.datname || ': ' || query as query, calls
       from pg_stat_statements s join pg_database d on d.oid = s.dbid where s.dbid in (${ids})`,
      [databases],
    );
    return rows
      .filter(({ query }) => !BACKGROUND_STATEMENTS.some((word) => query.includes(word)))
      .flatMap(({ query, calls }) =>
        Array.from<string>({ length: Number(calls) }).fill(withoutConstants(query)),
      )
      .sort();
  });
}

/** Replaces constants and parameters by `?`: pg_stat_statements reports a constant as either. */
const withoutConstants = (query: string): string =>
  query.replaceAll(/\$\d+|\b(?:true|false|null|\d+)\b|'[^']*'/g, '?').replaceAll(/\s+/g, ' ');
