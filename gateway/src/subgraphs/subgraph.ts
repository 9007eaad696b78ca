import { type GraphQLFormattedError, Kind, type SelectionSetNode, parse } from 'graphql';
import { FAULTS } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import { type BreakerOptions, createBreaker } from './breaker.ts';
import { type Call, Gone, Late } from '../http/request-context.ts';
import { createUpstream } from './upstream.ts';

interface Fetch {
  request: { query?: string; variables?: Record<string, unknown>; operationName?: string };
  context: Partial<Call>;
}

/** What a subgraph said. */
export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
}

/** A subgraph as the query plan sees it. */
export interface Subgraph {
  process(fetch: Fetch): Promise<Answer>;
}

export interface Connection extends Subgraph {
  close(): Promise<void>;
}

/** The subgraph answered, but not with a GraphQL response that fits the request. */
class Unreadable extends Error {
  override name = 'Unreadable';
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const representationsOf = ({ request }: Fetch): unknown[] | undefined =>
  request.variables?.['representations'] as unknown[] | undefined;

function read(status: number, text: string, fetch: Fetch): Answer {
  if (status >= 500) throw new Unreadable(`status ${status}`);
  const body: unknown = JSON.parse(text);
  if (!isRecord(body)) throw new Unreadable('not an object');
  const errors =
    Array.isArray(body['errors']) && body['errors'].length > 0
      ? (body['errors'] as GraphQLFormattedError[])
      : undefined;
  const data = isRecord(body['data']) ? body['data'] : null;
  if (!data && !errors) throw new Unreadable(`neither data nor errors, status ${status}`);
  const expected = representationsOf(fetch)?.length;
  const entities = data?.['_entities'];
  if (data && expected !== undefined && (!Array.isArray(entities) || entities.length !== expected))
    throw new Unreadable('not as many entities as asked for');
  if (!errors) return { data };
  return {
    data,
    errors: data
      ? errors.map(cleaned)
      : errors.flatMap((error) => everywhere(fetch, cleaned(error))),
  };
}

/** An error without what is between processes only: a subgraph does not set our HTTP status, and its text positions mean nothing outside. */
export function cleaned({
  message,
  path,
  extensions,
}: GraphQLFormattedError): GraphQLFormattedError {
  const {
    http: _http,
    stacktrace: _stack,
    exception: _exception,
    serviceName: _name,
    ...shown
  } = { ...extensions };
  return { message, ...(path && { path }), extensions: shown };
}

/** The places in the answer that a whole fetch was for: its root fields, or each entity. */
function placesOf(fetch: Fetch): (readonly (string | number)[])[] {
  const representations = representationsOf(fetch);
  if (representations) return representations.map((_, index) => ['_entities', index]);
  const names = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) names.add(node.alias?.value ?? node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet);
    }
  };
  for (const node of parse(fetch.request.query ?? '{ __typename }').definitions)
    if (node.kind === Kind.OPERATION_DEFINITION) collect(node.selectionSet);
  return [...names].map((name) => [name]);
}

const everywhere = (fetch: Fetch, error: GraphQLFormattedError): GraphQLFormattedError[] =>
  error.path
    ? [error]
    : placesOf(fetch).map((path) => ({
        message: error.message,
        extensions: error.extensions,
        path,
      }));

const unavailable = (fetch: Fetch): Answer => ({
  data: null,
  errors: everywhere(fetch, { message: FAULTS.UNAVAILABLE, extensions: { code: 'UNAVAILABLE' } }),
});

/** A kept connection that the other side closed just when it was used; the request was not begun there. */
const wasClosed = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'UND_ERR_SOCKET' || error.code === 'ECONNRESET');

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/** A client that went away, an answer of a size that the query asked for, and time that others had used up say nothing of a subgraph. */
const isItsFault = (error: unknown, hadTime: boolean): boolean =>
  !(error instanceof Gone) && !isTooLarge(error) && !(error instanceof Late && !hadTime);

export interface ConnectOptions {
  name: string;
  url: string;
  log: Log;
  /** Milliseconds that a call has for all its fetches. */
  patienceMs: number;
  breaker?: BreakerOptions;
}

/**
 * A subgraph over kept connections. Whatever is wrong with it (refuses, hangs, drips, answers nonsense) costs the fields that it owns, each with
 * the error UNAVAILABLE, and never more than the call's time; while it stays so, it is not asked at all. Names and addresses stay in our log.
 */
export function connectSubgraph({
  name,
  url,
  log,
  patienceMs,
  breaker: options,
}: ConnectOptions): Connection {
  const upstream = createUpstream(url);
  const breaker = createBreaker(options);

  const ask = async (fetch: Fetch, signal: AbortSignal): Promise<Answer> => {
    const { query, variables, operationName } = fetch.request;
    const { status, text } = await upstream.post(
      fetch.context.headers ?? [],
      JSON.stringify({ query, variables, operationName }),
      signal,
    );
    return read(status, text, fetch);
  };

  const process = async (fetch: Fetch): Promise<Answer> => {
    if (!breaker.allows()) return unavailable(fetch);
    const signal = fetch.context.patience?.signal() ?? AbortSignal.timeout(patienceMs);
    const begun = performance.now();
    try {
      const isRead = !fetch.request.query?.startsWith('mutation');
      const answer = await ask(fetch, signal).catch((error: unknown) => {
        if (isRead && wasClosed(error) && !signal.aborted) return ask(fetch, signal);
        throw error;
      });
      breaker.succeeded();
      return answer;
    } catch (error) {
      if (isItsFault(error, performance.now() - begun > patienceMs / 2)) breaker.failed();
      const level = error instanceof Gone ? 'debug' : 'warn';
      log[level](
        { err: error, subgraph: name, requestId: fetch.context.requestId },
        'a subgraph did not answer',
      );
      return unavailable(fetch);
    }
  };
  return { process, close: () => upstream.close() };
}
