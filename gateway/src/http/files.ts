import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import { type HttpHandler, sendJson } from '@deskgraph/common/http/serve';
import { signActor, systemActor } from '@deskgraph/common/auth/token';
import { SECURITY, allowOrigin, givenRequestId } from './headers.ts';

export interface FilesOptions {
  /** The service that keeps the files. */
  url: string;
  secret: string;
  origins: ReadonlySet<string>;
  log: Log;
}

const MOST_BYTES = 25 * 1024 * 1024;
/** So long a file may be on its way, up or down. */
export const FILE_MS = 4 * 60_000;
/** Files on their way at once, up and down; they have connections of their own, so that the graph never waits for them. */
const TRANSFERS = 64;
/** Nothing flows for so long: then it is cut. */
const IDLE_MS = 20_000;
/** What is asked for begins to come within so long. */
const HEAD_MS = 10_000;

/** A file is saved, never shown: it is no page of ours, and does nothing where it is opened. */
const HELD = {
  ...SECURITY,
  'cache-control': 'private, no-store',
  'content-security-policy': "sandbox; default-src 'none'",
};
const PASSED = ['content-type', 'content-length', 'content-disposition'] as const;

export interface FilePath {
  handler: HttpHandler;
  close(): Promise<void>;
}

/** `/files/…`: passes bytes between clients and the service that keeps them, as fast as the slower side takes them. The link is checked there. */
export function passFiles({ url, secret, origins, log }: FilesOptions): FilePath {
  const pool = new Pool(new URL(url).origin, {
    connections: TRANSFERS,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: IDLE_MS,
    connect: { timeout: 2_000 },
  });
  let underway = 0;

  const transfer = async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> => {
    const isUpload = request.method === 'PUT';
    const over = new AbortController();
    const late = setTimeout(() => over.abort(), FILE_MS);
    const silent = setTimeout(() => over.abort(), isUpload ? FILE_MS : HEAD_MS);
    response.once('close', () => over.abort());
    request.socket.setTimeout(IDLE_MS);
    try {
      const headers = {
        authorization: `Bearer ${await signActor(systemActor(), secret)}`,
        'x-request-id': requestId,
      };
      const bytes = isUpload ? outOf(request) : null;
      const {
        statusCode,
        headers: told,
        body,
      } = await pool.request({
        method: isUpload ? 'PUT' : 'GET',
        path: request.url!,
        headers: { ...headers, ...(isUpload && given(request)) },
        body: bytes,
        signal: over.signal,
      });
      clearTimeout(silent);
      const passed = Object.fromEntries(
        PASSED.flatMap((name) => (told[name] === undefined ? [] : [[name, told[name]]])),
      );
      if (statusCode === 200) response.setHeader('content-disposition', 'attachment');
      response.writeHead(statusCode, passed);
      await pipeline(body, response);
    } finally {
      clearTimeout(late);
      clearTimeout(silent);
      // What was refused before all of it came: the client sends on, and reads the answer then.
      request.resume();
    }
  };

  const handler: HttpHandler = async (request, response) => {
    const requestId = givenRequestId(request) ?? newId('req');
    response.setHeader('x-request-id', requestId);
    for (const [name, value] of Object.entries(HELD)) response.setHeader(name, value);
    allowOrigin(request, response, origins);
    if (request.method === 'OPTIONS') {
      if (response.hasHeader('access-control-allow-methods'))
        response.setHeader('access-control-allow-methods', 'GET, PUT, OPTIONS');
      return void response.writeHead(204).end();
    }
    const refuse = (status: number, error: string): void => sendJson(response, status, { error });
    if (request.method !== 'GET' && request.method !== 'PUT')
      return refuse(405, 'Files are sent with PUT and read with GET.');
    if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) {
      response.setHeader('connection', 'close');
      return refuse(413, `A file has at most ${MOST_BYTES} bytes.`);
    }
    if (underway >= TRANSFERS) {
      response.setHeader('retry-after', '5');
      return refuse(503, 'Too many files are on their way; try again.');
    }
    underway += 1;
    try {
      await transfer(request, response, requestId);
    } catch (error) {
      const isGone = response.destroyed || request.errored;
      log[isGone ? 'debug' : 'warn']({ err: error, requestId }, 'file transfer failed');
      if (response.headersSent || isGone) response.destroy();
      else refuse(503, 'Files can’t be reached now; try again.');
    } finally {
      underway -= 1;
    }
  };
  return { handler, close: () => pool.destroy() };
}

const given = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    (['content-type', 'content-length'] as const).flatMap((name) =>
      headers[name] ? [[name, headers[name]]] : [],
    ),
  );

/** The body, on a pipe of its own: when the service answers before it has all, the client still gets the answer. */
function outOf(request: IncomingMessage): PassThrough {
  const bytes = new PassThrough();
  request.pipe(bytes);
  request.once('close', () => request.complete || bytes.destroy(new Error('The client hung up.')));
  return bytes;
}
