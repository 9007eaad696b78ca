import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { createActorVerifier } from '@deskgraph/common/auth/token';
import { type FakeSubgraphName, resolvers, typeDefs } from './graph.ts';
import { SECRET, actorsBySubject } from './people.ts';

/** Faults of a subgraph; `late` answers correctly after 1.2 s. */
export type Fault =
  | 'none'
  | 'hangs'
  | 'drips'
  | 'html'
  | 'truncated'
  | 'fails'
  | 'short'
  | 'null'
  | 'refusesRequest'
  | 'endless'
  | 'late';

export interface FakeSubgraph {
  url: string;
  port: number;
  fault: Fault;
  /** Headers of all GraphQL requests, newest last. */
  receivedHeaders: IncomingMessage['headers'][];
  /** Number of identity lookups. */
  lookupRequests: number;
  /** Resolves when a GraphQL request has arrived. */
  requestReceived: PromiseWithResolvers<void>;
  /** Resolves when a client has disconnected before its response. */
  clientDisconnected: PromiseWithResolvers<void>;
  stop(): Promise<void>;
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** A subgraph that a test can make faulty at any moment. It also serves the identity lookup. */
export async function startFakeSubgraph(name: FakeSubgraphName): Promise<FakeSubgraph> {
  const schema = buildSubgraphSchema([
    { typeDefs: parse(typeDefs[name]), resolvers: resolvers[name] },
  ] as never);
  const timers = new Set<NodeJS.Timeout>();

  const respondFaulty = (fault: Fault, body: string, response: ServerResponse): void => {
    const json = { 'content-type': 'application/json' };
    if (fault === 'hangs') return;
    if (fault === 'late')
      return void timers.add(setTimeout(() => response.writeHead(200, json).end(body), 1_200));
    if (fault === 'html')
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html>http://10.0.0.7:4102 is down</html>');
    if (fault === 'fails')
      return void response
        .writeHead(500, json)
        .end('{"errors":[{"message":"at /srv/customers/src/main.ts:3:1"}]}');
    if (fault === 'null') return void response.writeHead(200, json).end('{"data":null}');
    if (fault === 'truncated')
      return void response.writeHead(200, json).end(body.slice(0, body.length / 2));
    if (fault === 'short')
      return void response.writeHead(200, json).end('{"data":{"_entities":[]}}');
    if (fault === 'refusesRequest') {
      const error = {
        message: 'ticketCreate: This is too long.',
        extensions: { code: 'BAD_USER_INPUT', field: ['subject'], http: { status: 418 } },
      };
      return void response.writeHead(400, json).end(JSON.stringify({ errors: [error] }));
    }
    response.writeHead(200, json);
    if (fault === 'endless') {
      const block = ' '.repeat(1024 * 1024);
      const writeBlocks = (): void => {
        while (response.writable && response.write(block));
      };
      response.on('drain', writeBlocks).on('error', () => {});
      return writeBlocks();
    }
    let index = 0;
    const timer = setInterval(
      () => (response.writable ? response.write(body[index++] ?? ' ') : clearInterval(timer)),
      50,
    );
    timers.add(timer);
  };

  const server = createServer((request, response) => {
    void (async () => {
      const text = await readBody(request);
      if (request.url === '/who') {
        fake.lookupRequests++;
        const caller = await createActorVerifier(SECRET)(
          request.headers.authorization?.slice('Bearer '.length) ?? '',
        );
        if (caller?.kind !== 'system') return void response.writeHead(401).end();
        if (fake.fault === 'hangs') return;
        const lookup = JSON.parse(text) as { people: { subject: string }[] };
        return void response.end(
          JSON.stringify({
            actors: lookup.people.map(({ subject }) => actorsBySubject[subject] ?? null),
          }),
        );
      }
      fake.receivedHeaders.push(request.headers);
      fake.requestReceived.resolve();
      response.once('close', () => response.writableFinished || fake.clientDisconnected.resolve());
      const { query, variables, operationName } = JSON.parse(text) as {
        query: string;
        variables: Record<string, unknown>;
        operationName?: string;
      };
      const { fault } = fake;
      const result = await graphql({
        schema,
        source: query,
        variableValues: variables,
        operationName,
      });
      const body = JSON.stringify(result);
      if (fault === 'none')
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      else respondFaulty(fault, body, response);
    })();
  });
  const port = await listen(server);
  const fake: FakeSubgraph = {
    url: `http://127.0.0.1:${port}/graphql`,
    port,
    fault: 'none',
    receivedHeaders: [],
    lookupRequests: 0,
    requestReceived: Promise.withResolvers(),
    clientDisconnected: Promise.withResolvers(),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}
