import { type GraphQLFormattedError, Kind, type SelectionSetNode, parse } from 'graphql';
import { ERROR_MESSAGES } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import { type BreakerOptions, createBreaker } from './breaker.ts';
import {
  ClientDisconnected,
  DeadlineExceeded,
  type RequestContext,
} from '../http/request-context.ts';
import { createUpstream } from './upstream.ts';

interface SubgraphRequest {
  request: { query?: string; variables?: Record<string, unknown>; operationName?: string };
  context: Partial<RequestContext>;
}

export interface SubgraphResponse {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
}

/** A subgraph as the query plan executor sees it. */
export interface Subgraph {
  process(request: SubgraphRequest): Promise<SubgraphResponse>;
}

export interface SubgraphConnection extends Subgraph {
  close(): Promise<void>;
}

/** The subgraph responded, but not with a GraphQL response that fits the request. */
class InvalidResponse extends Error {
  override name = 'InvalidResponse';
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const representationsOf = ({ request }: SubgraphRequest): unknown[] | undefined =>
  request.variables?.['representations'] as unknown[] | undefined;

function parseResponse(status: number, text: string, request: SubgraphRequest): SubgraphResponse {
  if (status >= 500) throw new InvalidResponse(`status ${status}`);
  const body: unknown = JSON.parse(text);
  if (!isRecord(body)) throw new InvalidResponse('not an object');
  const errors =
    Array.isArray(body['errors']) && body['errors'].length > 0
      ? (body['errors'] as GraphQLFormattedError[])
      : undefined;
  const data = isRecord(body['data']) ? body['data'] : null;
  if (!data && !errors) throw new InvalidResponse(`neither data nor errors, status ${status}`);
  const expectedCount = representationsOf(request)?.length;
  const entities = data?.['_entities'];
  if (
    data &&
    expectedCount !== undefined &&
    (!Array.isArray(entities) || entities.length !== expectedCount)
  )
    throw new InvalidResponse('not one entity per representation');
  if (!errors) return { data };
  return {
    data,
    errors: data
      ? errors.map(stripInternals)
      : errors.flatMap((error) => spreadError(request, stripInternals(error))),
  };
}

/**
 * Removes what is internal to the services from an error of a subgraph: it does not set the HTTP
 * status of the gateway, and its locations refer to the subgraph query.
 */
export function stripInternals({
  message,
  path,
  extensions,
}: GraphQLFormattedError): GraphQLFormattedError {
  const {
    http: _http,
    stacktrace: _stack,
    exception: _exception,
    serviceName: _name,
    ...publicExtensions
  } = { ...extensions };
  return { message, ...(path && { path }), extensions: publicExtensions };
}

/** The paths that a request selects: its root fields, or each of its entities. */
function pathsOf(request: SubgraphRequest): (readonly (string | number)[])[] {
  const representations = representationsOf(request);
  if (representations) return representations.map((_, index) => ['_entities', index]);
  const names = new Set<string>();
  const collect = (selectionSet: SelectionSetNode): void => {
    for (const node of selectionSet.selections) {
      if (node.kind === Kind.FIELD) names.add(node.alias?.value ?? node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet);
    }
  };
  for (const node of parse(request.request.query ?? '{ __typename }').definitions)
    if (node.kind === Kind.OPERATION_DEFINITION) collect(node.selectionSet);
  return [...names].map((name) => [name]);
}

/** Reports an error of the whole response at each path that it concerns. */
const spreadError = (
  request: SubgraphRequest,
  error: GraphQLFormattedError,
): GraphQLFormattedError[] =>
  error.path
    ? [error]
    : pathsOf(request).map((path) => ({
        message: error.message,
        extensions: error.extensions,
        path,
      }));

const unavailableResponse = (request: SubgraphRequest): SubgraphResponse => ({
  data: null,
  errors: spreadError(request, {
    message: ERROR_MESSAGES.UNAVAILABLE,
    extensions: { code: 'UNAVAILABLE' },
  }),
});

/** Was a keep-alive connection closed by the subgraph just before the request was sent on it? */
const isConnectionClosed = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'UND_ERR_SOCKET' || error.code === 'ECONNRESET');

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/**
 * Is the subgraph to blame? Not for a client that has disconnected, a result of the size that the
 * query selects, or a deadline that other subgraphs have used up.
 */
const isSubgraphFailure = (error: unknown, hadEnoughTime: boolean): boolean =>
  !(error instanceof ClientDisconnected) &&
  !isTooLarge(error) &&
  !(error instanceof DeadlineExceeded && !hadEnoughTime);

export interface SubgraphOptions {
  name: string;
  url: string;
  log: Log;
  /** Time for a query with all its fetches. */
  queryTimeoutMs: number;
  breaker?: BreakerOptions;
}

/**
 * Connects to a subgraph with pooled connections and a circuit breaker. A subgraph that is
 * unreachable, slow or returns garbage costs only the fields that it owns, each with an UNAVAILABLE
 * error, and never more than the deadline of the request. The name and address of the subgraph are
 * logged and not sent to clients.
 */
export function connectSubgraph({
  name,
  url,
  log,
  queryTimeoutMs,
  breaker: breakerOptions,
}: SubgraphOptions): SubgraphConnection {
  const upstream = createUpstream(url);
  const breaker = createBreaker(breakerOptions);

  const send = async (request: SubgraphRequest, signal: AbortSignal): Promise<SubgraphResponse> => {
    const { query, variables, operationName } = request.request;
    const { status, text } = await upstream.post(
      request.context.headers ?? [],
      JSON.stringify({ query, variables, operationName }),
      signal,
    );
    return parseResponse(status, text, request);
  };

  const process = async (request: SubgraphRequest): Promise<SubgraphResponse> => {
    if (!breaker.allows()) return unavailableResponse(request);
    const signal = request.context.deadline?.signal() ?? AbortSignal.timeout(queryTimeoutMs);
    const startedAt = performance.now();
    try {
      const isQuery = !request.request.query?.startsWith('mutation');
      const response = await send(request, signal).catch((error: unknown) => {
        if (isQuery && isConnectionClosed(error) && !signal.aborted) return send(request, signal);
        throw error;
      });
      breaker.succeeded();
      return response;
    } catch (error) {
      if (isSubgraphFailure(error, performance.now() - startedAt > queryTimeoutMs / 2))
        breaker.failed();
      const level = error instanceof ClientDisconnected ? 'debug' : 'warn';
      log[level](
        { err: error, subgraph: name, requestId: request.context.requestId },
        'subgraph request failed',
      );
      return unavailableResponse(request);
    }
  };
  return { process, close: () => upstream.close() };
}
