import type { IncomingMessage } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { newId } from '@deskgraph/common/core/id';
import { type HttpHandler, readBody } from '@deskgraph/common/http/serve';
import { type Call, Patience } from './request-context.ts';
import { SECURITY, allowOrigin, givenRequestId, inwardHeaders, isJson } from './headers.ts';
import type { Caller, Identify } from '../auth/identity.ts';
import type { HttpStreamTransport } from '../live/transport/responses.ts';

export interface HttpOptions {
  server: ApolloServer<Call>;
  identify: Identify;
  /** Answers those who ask for a stream of results. */
  responses: HttpStreamTransport;
  origins: ReadonlySet<string>;
  bodyLimit: number;
  /** Milliseconds for a query and for a mutation, all fetches together. */
  patienceMs: number;
  writePatienceMs: number;
}

/** A header outside this list never reaches Apollo Server. */
const READ_BY_APOLLO = [
  'accept',
  'apollo-require-preflight',
  'authorization',
  'content-type',
  'x-apollo-operation-name',
] as const;

function headersFor({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const name of READ_BY_APOLLO) {
    const value = headers[name];
    if (typeof value === 'string') map.set(name, value);
  }
  return map;
}

const searchOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** Undefined when there is no JSON; Apollo Server then answers that the request is not well formed. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What stands in the address of a GET. */
function searched(search: string): unknown {
  const { variables, ...others } = Object.fromEntries(new URLSearchParams(search));
  if (variables === undefined) return others;
  const read = parsed(variables);
  return read === undefined ? undefined : { ...others, variables: read };
}

/** `/graphql`, by GraphQL over HTTP. */
export function graphqlOverHttp({
  server,
  identify,
  responses,
  origins,
  bodyLimit,
  patienceMs,
  writePatienceMs,
}: HttpOptions): HttpHandler {
  return async (request, response) => {
    const requestId = givenRequestId(request) ?? newId('req');
    response.setHeader('x-request-id', requestId);
    for (const name in SECURITY) response.setHeader(name, SECURITY[name as keyof typeof SECURITY]);
    allowOrigin(request, response, origins);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();

    const text = request.method === 'POST' ? await readBody(request, bodyLimit) : '';
    const body = isJson(request) ? parsed(text) : undefined;
    const search = searchOf(request.url!);
    if (
      await responses.handle(request, response, request.method === 'GET' ? searched(search) : body)
    )
      return;
    const patience = new Patience(patienceMs, writePatienceMs);
    response.once('close', () => patience.end(response.writableFinished));

    const context = async (): Promise<Call> => {
      let caller: Caller | undefined;
      let refusal: GraphQLError | undefined;
      try {
        caller = await identify(request.headers.authorization);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        refusal = error;
      }
      const headers = inwardHeaders(request, requestId, caller?.internalToken);
      const readsStatus =
        request.headers.accept?.includes('application/graphql-response+json') ?? false;
      return { requestId, caller, refusal, headers, patience, cost: undefined, readsStatus };
    };

    const {
      status,
      headers,
      body: answer,
    } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method!,
        headers: headersFor(request),
        search,
        body,
      },
      context,
    });
    if (answer.kind !== 'complete') throw new Error('The answer is not one document.');
    for (const [name, value] of headers) response.setHeader(name, value);
    response
      .writeHead(status ?? 200, { 'content-length': Buffer.byteLength(answer.string) })
      .end(answer.string);
  };
}
