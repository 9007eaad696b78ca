import type { IncomingMessage } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { newId } from '@deskgraph/common/core/id';
import { type HttpHandler, readBody } from '@deskgraph/common/http/serve';
import { Deadline, type RequestContext } from './request-context.ts';
import {
  SECURITY_HEADERS,
  clientRequestId,
  isJsonRequest,
  setCorsHeaders,
  subgraphHeaders,
} from './headers.ts';
import type { Identify } from '../auth/identity.ts';
import type { HttpStreamTransport } from '../live/transport/responses.ts';

export interface GraphqlHandlerOptions {
  server: ApolloServer<RequestContext>;
  identify: Identify;
  /** Handles the requests that accept a stream of results. */
  streamTransport: HttpStreamTransport;
  /** Origins of web pages that may read responses. */
  origins: ReadonlySet<string>;
  maxBodyBytes: number;
  /** Time for a query with all its fetches. */
  queryTimeoutMs: number;
  /** Time for a mutation with all its fetches. */
  mutationTimeoutMs: number;
}

/** Only these headers reach Apollo Server. */
const APOLLO_SERVER_HEADERS = [
  'accept',
  'apollo-require-preflight',
  'authorization',
  'content-type',
  'x-apollo-operation-name',
] as const;

function apolloServerHeaders({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const name of APOLLO_SERVER_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') map.set(name, value);
  }
  return map;
}

const searchOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** Undefined if the text is not JSON; Apollo Server then reports a malformed request. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The GraphQL request in the search parameters of a GET. */
function parseSearch(search: string): unknown {
  const { variables: text, ...parameters } = Object.fromEntries(new URLSearchParams(search));
  if (text === undefined) return parameters;
  const variables = parseJson(text);
  return variables === undefined ? undefined : { ...parameters, variables };
}

/** A refused token is reported only by operations that need a caller. */
async function createRequestContext(
  request: IncomingMessage,
  identify: Identify,
  { requestId, deadline }: Pick<RequestContext, 'requestId' | 'deadline'>,
): Promise<RequestContext> {
  const { caller, refusal } = await identify(request.headers.authorization).then(
    (identified) => ({ caller: identified, refusal: undefined }),
    (error: unknown) => {
      if (!(error instanceof GraphQLError)) throw error;
      return { caller: undefined, refusal: error };
    },
  );
  return {
    requestId,
    caller,
    refusal,
    headers: subgraphHeaders(request, requestId, caller?.internalToken),
    deadline,
    cost: undefined,
    readsHttpStatus: request.headers.accept?.includes('application/graphql-response+json') ?? false,
  };
}

/** The handler of `/graphql`, following the GraphQL over HTTP specification. */
export function createGraphqlHandler({
  server,
  identify,
  streamTransport,
  origins,
  maxBodyBytes,
  queryTimeoutMs,
  mutationTimeoutMs,
}: GraphqlHandlerOptions): HttpHandler {
  return async (request, response) => {
    const requestId = clientRequestId(request) ?? newId('req');
    response.setHeader('x-request-id', requestId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    setCorsHeaders(request, response, origins);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();

    const text = request.method === 'POST' ? await readBody(request, maxBodyBytes) : '';
    const body = isJsonRequest(request) ? parseJson(text) : undefined;
    const search = searchOf(request.url!);
    const graphqlRequest = request.method === 'GET' ? parseSearch(search) : body;
    if (await streamTransport.handle(request, response, graphqlRequest)) return;

    const deadline = new Deadline(queryTimeoutMs, mutationTimeoutMs);
    response.once('close', () => deadline.end(response.writableFinished));
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method!,
        headers: apolloServerHeaders(request),
        search,
        body,
      },
      context: () => createRequestContext(request, identify, { requestId, deadline }),
    });
    if (result.body.kind !== 'complete') throw new Error('Incremental delivery is not supported.');
    for (const [name, value] of result.headers) response.setHeader(name, value);
    const { string } = result.body;
    response
      .writeHead(result.status ?? 200, { 'content-length': Buffer.byteLength(string) })
      .end(string);
  };
}
