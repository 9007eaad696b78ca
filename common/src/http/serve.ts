import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../core/log.ts';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpService {
  http: Server;
  port: number;
  /** Stops taking work, lets running requests end (at most 10 s), then closes. */
  stop: () => Promise<void>;
}

export interface HttpServiceOptions {
  log: Log;
  host: string;
  port: number;
  /** `POST /graphql` or, for every method, `/graphql`; with all that stands one step below, `/files/*`. */
  routes: Record<string, HttpHandler>;
  /** Is the process usable? Asked by `/readyz`, which also tells whatever else it is given. */
  ready: () => Promise<boolean | object>;
  /** Called first when stopping: ends what would keep requests waiting. */
  drain?: () => Promise<void>;
  /** Called after the last request ended. */
  close: () => Promise<void>;
}

const DRAIN_MS = 10_000;
/** So long a handler may go on after its client has gone, when everything closes. */
const HANDLER_MS = 2_000;
/** A process that has not ended by then never would. */
const END_MS = DRAIN_MS + 10_000;

/** An HTTP server with health and a clean end: `/livez` answers while the process lives, `/readyz` while it should get work. */
export async function startHttpService({
  log,
  host,
  port,
  routes,
  ready,
  drain,
  close,
}: HttpServiceOptions): Promise<HttpService> {
  let stopping: Promise<void> | undefined;
  const running = new Set<Promise<void>>();
  const health: Record<string, HttpHandler> = {
    '/livez': async (_, response) => sendJson(response, 200, { alive: true }),
    '/readyz': async (_, response) => {
      const usable = !stopping && (await ready().catch(() => false));
      sendJson(response, usable ? 200 : 503, {
        ready: Boolean(usable),
        ...(typeof usable === 'object' && usable),
      });
    },
  };
  const http = createServer((request, response) => {
    const path = request.url!.split('?', 1)[0]!;
    const handler =
      routes[`${request.method} ${path}`] ??
      routes[path] ??
      routes[`${path.slice(0, path.lastIndexOf('/'))}/*`] ??
      health[path];
    response.once('close', () => stopping && http.closeIdleConnections());
    if (!handler) return sendJson(response, 404, { error: 'Nothing here.' });
    const handled = handler(request, response).catch((error: unknown) => {
      if (request.errored)
        return log.debug({ err: error, path }, 'the client hung up while it was sending');
      if (error instanceof BodyTooLargeError)
        return sendJson(response, 413, {
          errors: [{ message: error.message, extensions: { code: 'BAD_USER_INPUT' } }],
        });
      log.error({ err: error, path }, 'request failed');
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, {
          errors: [
            { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } },
          ],
        });
    });
    running.add(handled);
    void handled.finally(() => running.delete(handled));
  });
  http.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, resolve);
  });
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      const drained = drain?.();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      const late = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
      await drained;
      await closed;
      clearTimeout(late);
      await Promise.race([Promise.all(running), sleep(HANDLER_MS, undefined, { ref: false })]);
      await close();
    })());
  return { http, port: (http.address() as AddressInfo).port, stop };
}

/** Ends the process cleanly on SIGTERM and SIGINT. */
export function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      setTimeout(() => {
        log.fatal('did not stop in time');
        process.exit(1);
      }, END_MS).unref();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, 'could not stop cleanly');
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
 * The whole body as text; rejects with BodyTooLarge beyond `limit` bytes. Reads on past the limit without keeping anything, so that the
 * client can receive the refusal.
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

/** A TCP port of the loopback interface that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
