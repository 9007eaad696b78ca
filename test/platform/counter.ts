import { type IncomingMessage, createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onServer } from './database.ts';
import type { Server } from './process.ts';
import { until } from './wait-for.ts';

/** Stands between the gateway and a service, and keeps what was asked. */
export interface Counter {
  url: string;
  /** The queries that came by since the last `clear()`. */
  queries: string[];
  close(): Promise<void>;
}

export async function counter(service: Server): Promise<Counter> {
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

/** What goes on by itself in every service: relay, feeds, timers, the frame of transactions. */
const BESIDE = [
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

const AT_WORK = `select from pg_stat_activity where application_name = 'deskgraph' and datname = any($1) and xact_start is not null`;

/** The statements that `work` makes in these databases, each as often as it ran. */
export async function statementsOf(
  databases: readonly string[],
  work: () => Promise<unknown>,
): Promise<string[]> {
  const ids = 'select oid from pg_database where datname = any($1)';
  return onServer(async (session) => {
    await session.query('create extension if not exists pg_stat_statements');
    // What was given up as too late may still be at its last statement.
    await until(
      'nothing asked before is at work',
      async () => !(await session.query(AT_WORK, [databases])).rowCount,
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
      .filter(({ query }) => !BESIDE.some((word) => query.includes(word)))
      .flatMap(({ query, calls }) =>
        Array.from<string>({ length: Number(calls) }).fill(shape(query)),
      )
      .sort();
  });
}

/** The server keeps constants of a statement sometimes as they were, sometimes as parameters. */
const shape = (query: string): string =>
  query.replaceAll(/\$\d+|\b(?:true|false|null|\d+)\b|'[^']*'/g, '?').replaceAll(/\s+/g, ' ');
