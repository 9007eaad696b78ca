import type { IncomingMessage, ServerResponse } from 'node:http';

/** Sent with every response: no response is a page, and none may be cached. */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const PREFLIGHT_RESPONSE_HEADERS = {
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers':
    'accept-language, apollo-require-preflight, authorization, content-type, last-event-id, traceparent, x-apollo-operation-name, x-request-id',
  'access-control-max-age': '7200',
} as const;

/**
 * A page of another origin cannot send any of these headers without a CORS preflight, so a request
 * with one of them is not forged.
 */
export const CSRF_PREVENTION_HEADERS = [
  'authorization',
  'apollo-require-preflight',
  'x-apollo-operation-name',
] as const;

export const isJsonRequest = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase() === 'application/json';

export const passesCsrfCheck = (request: IncomingMessage): boolean =>
  isJsonRequest(request) || CSRF_PREVENTION_HEADERS.some((name) => request.headers[name]);

/**
 * Lets pages of the listed origins read the response. Callers authenticate with a bearer token, so
 * credentials (cookies) are never allowed.
 */
export function setCorsHeaders(
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
    for (const [name, value] of Object.entries(PREFLIGHT_RESPONSE_HEADERS))
      response.setHeader(name, value);
}

const REQUEST_ID_PATTERN = /^[\w.:-]{1,128}$/;
const TRACEPARENT_PATTERN = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The request id of the client; undefined if it is missing or not safe to log. */
export const clientRequestId = ({ headers }: IncomingMessage): string | undefined => {
  const requestId = headers['x-request-id'];
  return typeof requestId === 'string' && REQUEST_ID_PATTERN.test(requestId)
    ? requestId
    : undefined;
};

export const acceptedLanguage = ({
  headers: { 'accept-language': language },
}: IncomingMessage): string | undefined =>
  language !== undefined && language.length <= 256 ? language : undefined;

/**
 * The headers of every subgraph request on behalf of a caller, as undici takes them: names and
 * values in turn. No other header of the client is forwarded.
 */
export function subgraphHeaders(
  request: IncomingMessage,
  requestId: string,
  internalToken: string | undefined,
): string[] {
  const headers = ['content-type', 'application/json', 'x-request-id', requestId];
  if (internalToken) headers.push('authorization', `Bearer ${internalToken}`);
  const language = acceptedLanguage(request);
  if (language !== undefined) headers.push('accept-language', language);
  const traceparent = request.headers['traceparent'];
  if (typeof traceparent === 'string' && TRACEPARENT_PATTERN.test(traceparent))
    headers.push('traceparent', traceparent);
  return headers;
}
