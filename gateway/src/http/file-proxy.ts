import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import { sendJson } from '@deskgraph/common/http/serve';
import { signActor, systemActor } from '@deskgraph/common/auth/token';
import { SECURITY_HEADERS, clientRequestId, setCorsHeaders } from './headers.ts';

export interface FileProxyOptions {
  /** Address of the service that stores the files. */
  url: string;
  /** Signs the internal tokens for that service. */
  secret: string;
  /** Origins of web pages that may read responses. */
  origins: ReadonlySet<string>;
  log: Log;
}

const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** Time for one file, upload or download. */
export const FILE_TIMEOUT_MS = 4 * 60_000;
/**
 * Concurrent uploads and downloads. They have a connection pool of their own, so that GraphQL
 * requests never wait for them.
 */
const MAX_TRANSFERS = 64;
/** A transfer without any bytes for this time is aborted. */
const IDLE_TIMEOUT_MS = 20_000;
/** Time until the head of the response to a download. */
const HEADERS_TIMEOUT_MS = 10_000;

/** Browsers save a file and never render it, so that it cannot run scripts in this origin. */
const FILE_HEADERS = {
  ...SECURITY_HEADERS,
  'cache-control': 'private, no-store',
  'content-security-policy': "sandbox; default-src 'none'",
};
const REQUEST_HEADERS = ['content-type', 'content-length'] as const;
const RESPONSE_HEADERS = ['content-type', 'content-length', 'content-disposition'] as const;

/**
 * Streams `/files/…` between clients and the service that stores the files, with backpressure. That
 * service checks the signed link.
 */
export class FileProxy {
  readonly #options: FileProxyOptions;
  readonly #pool: Pool;
  #transfers = 0;

  constructor(options: FileProxyOptions) {
    this.#options = options;
    this.#pool = new Pool(new URL(options.url).origin, {
      connections: MAX_TRANSFERS,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: IDLE_TIMEOUT_MS,
      connect: { timeout: 2_000 },
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = clientRequestId(request) ?? newId('req');
    response.setHeader('x-request-id', requestId);
    for (const [name, value] of Object.entries(FILE_HEADERS)) response.setHeader(name, value);
    setCorsHeaders(request, response, this.#options.origins);
    if (request.method === 'OPTIONS') return sendPreflight(response);
    if (this.#refuse(request, response)) return;
    this.#transfers += 1;
    try {
      await this.#transfer(request, response, requestId);
    } catch (error) {
      const isDisconnected = response.destroyed || request.errored;
      const level = isDisconnected ? 'debug' : 'warn';
      this.#options.log[level]({ err: error, requestId }, 'file transfer failed');
      if (response.headersSent || isDisconnected) response.destroy();
      else sendJson(response, 503, { error: 'Files are unavailable; try again.' });
    } finally {
      this.#transfers -= 1;
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  /** Sends an error if the request cannot be forwarded. */
  #refuse(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'PUT') {
      sendJson(response, 405, { error: 'Upload files with PUT and download them with GET.' });
      return true;
    }
    if (Number(request.headers['content-length'] ?? 0) > MAX_FILE_BYTES) {
      response.setHeader('connection', 'close');
      sendJson(response, 413, { error: `A file has at most ${MAX_FILE_BYTES} bytes.` });
      return true;
    }
    if (this.#transfers >= MAX_TRANSFERS) {
      response.setHeader('retry-after', '5');
      sendJson(response, 503, { error: 'Too many files are being transferred; try again.' });
      return true;
    }
    return false;
  }

  async #transfer(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const isUpload = request.method === 'PUT';
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const timer = setTimeout(abort, FILE_TIMEOUT_MS);
    const headersTimer = setTimeout(abort, isUpload ? FILE_TIMEOUT_MS : HEADERS_TIMEOUT_MS);
    response.once('close', abort);
    request.socket.setTimeout(IDLE_TIMEOUT_MS);
    try {
      const token = await signActor(systemActor(), this.#options.secret);
      const { statusCode, headers, body } = await this.#pool.request({
        method: isUpload ? 'PUT' : 'GET',
        path: request.url!,
        headers: {
          authorization: `Bearer ${token}`,
          'x-request-id': requestId,
          ...(isUpload && pick(request.headers, REQUEST_HEADERS)),
        },
        body: isUpload ? bodyOf(request) : null,
        signal: controller.signal,
      });
      clearTimeout(headersTimer);
      if (statusCode === 200) response.setHeader('content-disposition', 'attachment');
      response.writeHead(statusCode, pick(headers, RESPONSE_HEADERS));
      await pipeline(body, response);
    } finally {
      clearTimeout(timer);
      clearTimeout(headersTimer);
      // After an early refusal the client continues to send and reads the response only then.
      request.resume();
    }
  }
}

function sendPreflight(response: ServerResponse): void {
  if (response.hasHeader('access-control-allow-methods'))
    response.setHeader('access-control-allow-methods', 'GET, PUT, OPTIONS');
  response.writeHead(204).end();
}

const pick = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Record<string, string | string[]> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/**
 * The request body as a separate stream. undici destroys the body when the service responds early;
 * the request itself stays open, so that the client receives that response.
 */
function bodyOf(request: IncomingMessage): PassThrough {
  const body = new PassThrough();
  request.pipe(body);
  request.once(
    'close',
    () => request.complete || body.destroy(new Error('The client has disconnected.')),
  );
  return body;
}
