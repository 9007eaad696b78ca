import type { IncomingMessage, ServerResponse } from 'node:http';

/** Held by every answer: nothing here is a page, and nothing is for caches. */
export const SECURITY = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers':
    'accept-language, apollo-require-preflight, authorization, content-type, last-event-id, traceparent, x-apollo-operation-name, x-request-id',
  'access-control-max-age': '7200',
} as const;

/** A page elsewhere can send none of these without asking first (a preflight), so that a GET with one is meant. */
export const DELIBERATE = [
  'authorization',
  'apollo-require-preflight',
  'x-apollo-operation-name',
] as const;

export const isJson = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase() === 'application/json';

export const isDeliberate = (request: IncomingMessage): boolean =>
  isJson(request) || DELIBERATE.some((name) => request.headers[name]);

/** Lets pages of the listed origins read answers. Callers show a bearer token, so no cookie is ever allowed. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  origins: ReadonlySet<string>,
): void {
  response.setHeader('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !origins.has(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'x-request-id');
  if (request.method === 'OPTIONS')
    for (const [name, value] of Object.entries(PREFLIGHT)) response.setHeader(name, value);
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;
const TRACE = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The client's own request id when it is a harmless one. */
export const givenRequestId = ({ headers }: IncomingMessage): string | undefined => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : undefined;
};

export const languageOf = ({
  headers: { 'accept-language': language },
}: IncomingMessage): string | undefined =>
  language !== undefined && language.length <= 256 ? language : undefined;

/** The headers of every request to a subgraph on behalf of a caller. No other header of the client goes further. */
export function inwardHeaders(
  request: IncomingMessage,
  requestId: string,
  internalToken: string | undefined,
): string[] {
  const inward = ['content-type', 'application/json', 'x-request-id', requestId];
  if (internalToken) inward.push('authorization', `Bearer ${internalToken}`);
  const language = languageOf(request);
  if (language !== undefined) inward.push('accept-language', language);
  const trace = request.headers['traceparent'];
  if (typeof trace === 'string' && TRACE.test(trace)) inward.push('traceparent', trace);
  return inward;
}
