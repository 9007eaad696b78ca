import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Client } from 'pg';

const TRANSACTION_CONTROL =
  /^\s*(begin|start transaction|commit|rollback|savepoint|release|set |select set_config)/i;
const HEADER = 'x-test-statements';
const TEST_PATH = '/testing/';
const REPORT = 'statements';

type Query = (this: Client, ...args: unknown[]) => unknown;

/** Calls `onStatement` with each statement of this process but transaction control. Returns a function that stops it. */
function observeStatements(onStatement: (text: string, client: Client) => void): () => void {
  const query = Reflect.get(Client.prototype, 'query') as Query;
  Client.prototype.query = function (this: Client, ...args: unknown[]) {
    const [statement] = args as [string | { text: string }];
    const text = typeof statement === 'string' ? statement : statement.text;
    if (!TRANSACTION_CONTROL.test(text)) onStatement(text, this);
    return query.apply(this, args);
  } as typeof Client.prototype.query;
  return () => {
    Client.prototype.query = query as typeof Client.prototype.query;
  };
}

const applicationName = (client: Client): string =>
  (client as unknown as { connectionParameters: { application_name?: string } })
    .connectionParameters.application_name ?? '';

/** The running `countStatements` of this test, if any. */
const measurement = new AsyncLocalStorage<{ id: string; urls: Set<string> }>();

/** The header that makes a shared service record the statements of a request. */
export function recordingHeaders(url: string): Record<string, string> {
  const current = measurement.getStore();
  if (!current) return {};
  current.urls.add(url);
  return { [HEADER]: current.id };
}

/**
 * The statements that `work` causes, without transaction control: those of this process, except the
 * outbox relay and the scheduler, and those of requests to a shared service.
 */
export async function countStatements(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const stop = observeStatements((text, client) => {
    if (!/ (relay|scheduler)$/.test(applicationName(client))) statements.push(text);
  });
  const current = { id: randomUUID(), urls: new Set<string>() };
  try {
    await measurement.run(current, work);
  } finally {
    stop();
  }
  for (const url of current.urls) {
    const response = await fetch(`${url}${TEST_PATH}${REPORT}/${current.id}`);
    statements.push(...((await response.json()) as string[]));
  }
  return statements;
}

/** Answers a test's question to a shared service, `GET /testing/<name>/<argument>`. */
export type TestReports = Record<string, (argument: string) => Promise<unknown>>;

/**
 * Records the statements of each request with the header, and answers questions of tests at
 * `/testing/`. Runs in the process of the service; returns a function that stops it.
 */
export function answerTests(reports: TestReports): () => void {
  const recording = new AsyncLocalStorage<string[]>();
  const recorded = new Map<string, string[]>();
  const stop = observeStatements((text) => recording.getStore()?.push(text));
  const all: TestReports = {
    ...reports,
    [REPORT]: async (id) => {
      const statements = recorded.get(id) ?? [];
      recorded.delete(id);
      return statements;
    },
  };
  const emit = Reflect.get(Server.prototype, 'emit') as (
    this: Server,
    name: string,
    ...args: unknown[]
  ) => boolean;
  Server.prototype.emit = function (this: Server, name: string, ...args: unknown[]) {
    if (name !== 'request') return emit.call(this, name, ...args);
    const [request, response] = args as [IncomingMessage, ServerResponse];
    if (request.url?.startsWith(TEST_PATH)) {
      const [report = '', argument = ''] = request.url.slice(TEST_PATH.length).split('/');
      void all[report]!(argument).then((result) => response.end(JSON.stringify(result)));
      return true;
    }
    const id = request.headers[HEADER];
    if (typeof id !== 'string') return emit.call(this, name, ...args);
    const statements = recorded.get(id) ?? [];
    recorded.set(id, statements);
    return recording.run(statements, () => emit.call(this, name, ...args));
  } as typeof Server.prototype.emit;
  return () => {
    stop();
    Server.prototype.emit = emit as typeof Server.prototype.emit;
  };
}
