import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/log.ts';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpService {
  http: Server;
  port: number;
  /** Stops accepting requests, lets running ones end (at most 10 s), then closes. */
  stop: () => Promise<void>;
}

export interface HttpServiceOptions {
  log: Log;
  host: string;
  port: number;
  /**
   * Keys: `POST /graphql`; `/graphql` for every method; `/files/*` for every path one level below.
   */
  routes: Record<string, HttpHandler>;
  /** Readiness for `/readyz`: false, true, or true with further fields for the response. */
  ready: () => Promise<boolean | object>;
  /** Called first on stop: ends what keeps requests open, such as long polling. */
  drain?: () => Promise<void>;
  /** Called on stop after the last request has ended. */
  close: () => Promise<void>;
}

const DRAIN_TIMEOUT_MS = 10_000;
/** On stop, the time for handlers whose client has disconnected. */
const HANDLER_TIMEOUT_MS = 2_000;
/** The process exits if stopping takes longer than this. */
const STOP_TIMEOUT_MS = DRAIN_TIMEOUT_MS + 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/**
 * Starts an HTTP server with health endpoints and graceful shutdown. `/livez` answers 200 while the
 * process runs, `/readyz` while it should receive requests.
 */
export async function startHttpService(options: HttpServiceOptions): Promise<HttpService> {
  const { log, host, port, ready, drain, close } = options;
  let stopping: Promise<void> | undefined;
  const running = new Set<Promise<void>>();
  const routes = { ...healthRoutes(ready, () => Boolean(stopping)), ...options.routes };
  const http = createServer((request, response) => {
    const path = request.url!.split('?', 1)[0]!;
    const handler =
      routes[`${request.method} ${path}`] ??
      routes[path] ??
      routes[`${path.slice(0, path.lastIndexOf('/'))}/*`];
    response.once('close', () => stopping && http.closeIdleConnections());
    if (!handler) return sendJson(response, 404, { error: 'Not found.' });
    const handled = handler(request, response).catch((error: unknown) =>
      sendFailure({ log, request, response, path, error }),
    );
    running.add(handled);
    void handled.finally(() => running.delete(handled));
  });
  http.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, resolve);
  });
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      const drained = drain?.();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      const timeout = setTimeout(() => http.closeAllConnections(), DRAIN_TIMEOUT_MS);
      await drained;
      await closed;
      clearTimeout(timeout);
      // A handler can outlive its connection.
      const ended = Promise.all(running);
      await Promise.race([ended, sleep(HANDLER_TIMEOUT_MS, undefined, { ref: false })]);
      await close();
    })());
  return { http, port: (http.address() as AddressInfo).port, stop };
}

const healthRoutes = (
  ready: HttpServiceOptions['ready'],
  isStopping: () => boolean,
): Record<string, HttpHandler> => ({
  '/livez': async (_, response) => sendJson(response, 200, { alive: true }),
  '/readyz': async (_, response) => {
    const readiness = !isStopping() && (await ready().catch(() => false));
    sendJson(response, readiness ? 200 : 503, {
      ready: Boolean(readiness),
      ...(typeof readiness === 'object' && readiness),
    });
  },
});

interface Failure {
  log: Log;
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  error: unknown;
}

/** Answers a request whose handler has failed, unless its client has disconnected. */
function sendFailure({ log, request, response, path, error }: Failure): void {
  if (request.errored)
    return log.debug({ err: error, path }, 'client disconnected while sending its request');
  if (error instanceof BodyTooLargeError)
    return sendJson(response, 413, {
      errors: [{ message: error.message, extensions: { code: 'BAD_USER_INPUT' } }],
    });
  log.error({ err: error, path }, 'request failed');
  if (response.headersSent) response.destroy();
  else
    sendJson(response, 500, {
      errors: [{ message: 'Internal error.', extensions: { code: 'INTERNAL' } }],
    });
}

/** Stops the service on SIGTERM and SIGINT and exits the process. */
export function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      setTimeout(() => {
        log.fatal('stop timed out, exiting');
        process.exit(1);
      }, STOP_TIMEOUT_MS).unref();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, 'stop failed, exiting');
          process.exit(1);
        },
      );
    });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

export class BodyTooLargeError extends Error {}

/**
 * The whole body as text; rejects with BodyTooLarge beyond `limit` bytes. Reads on past the limit
 * without keeping anything, so that the client can receive the refusal.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = (): BodyTooLargeError =>
    new BodyTooLargeError(`The body is larger than ${limit} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
  });
}

/**
 * Finds a free TCP port of the loopback interface. Another process can take it before the caller
 * listens.
 */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
