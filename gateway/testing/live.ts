import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  graphql,
  parse,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Actor } from '@deskgraph/common/auth/access';
import { createActorVerifier } from '@deskgraph/common/auth/token';
import { LiveList } from './list.ts';
import { type Signals, type UpstreamSubscription, subscribe } from './live-subscription.ts';
import {
  type Event,
  type SubgraphName,
  composeDeskSupergraph,
  resolvers,
  ticketEntity,
  typeDefs,
} from './desk.ts';
import { SECRET, actorsBySubject } from './people.ts';

/**
 * Three subgraphs that tests control. `tickets` keeps an event log that can be subscribed to from
 * any cursor.
 */
export interface LiveDesk {
  supergraphSdl: string;
  urls: Record<string, string>;
  lookupUrls: string[];
  /** All subscriptions that the gateway opened, in order. */
  subscriptions: UpstreamSubscription[];
  readonly activeSubscriptions: UpstreamSubscription[];
  /** Number of GraphQL requests over HTTP, by subgraph. */
  httpRequests: Record<SubgraphName, number>;
  /** Number of identity lookups. */
  lookupRequests: number;
  /** Subgraphs that answer with status 503. */
  unavailable: Set<SubgraphName>;
  /** The list behind the subscription `list`. */
  list: LiveList;
  /** Appends an event to the log. */
  emit(number: number, fields?: Record<string, unknown>): Event;
  /** Terminates the sockets of the gateway, or closes them when a code is given. */
  disconnect(code?: number): void;
  /** Completes all subscriptions. */
  completeAll(): void;
  /** Resolves when the condition holds. It is checked after each request and subscription. */
  waitFor(condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

export async function startLiveDesk(): Promise<LiveDesk> {
  const log: Event[] = [];
  const conditionChecks = new Set<() => void>();
  const signals: Signals = {
    onChange: new Set(),
    endSubscription: new Set(),
    checkConditions: () => {
      for (const check of conditionChecks) check();
    },
  };
  const subgraphResolvers = resolvers(() => log.at(-1)!);
  const servers: Server[] = [];
  const sockets = new Set<WebSocket>();
  let eventCount = 0;

  const desk: LiveDesk = {
    supergraphSdl: composeDeskSupergraph(),
    urls: {},
    lookupUrls: [],
    subscriptions: [],
    get activeSubscriptions() {
      return desk.subscriptions.filter(({ hasEnded }) => !hasEnded);
    },
    httpRequests: { tickets: 0, customers: 0, articles: 0 },
    lookupRequests: 0,
    unavailable: new Set(),
    list: new LiveList(() => {
      for (const listener of signals.onChange) listener();
    }),
    emit(number, fields = {}) {
      eventCount++;
      const type =
        eventCount % 2
          ? { __typename: 'TicketCreated', channel: 'EMAIL' }
          : { __typename: 'TicketStatusChanged', from: 'NEW', to: 'OPEN' };
      const ticket = ticketEntity(number);
      const event = {
        ...type,
        id: `evt_${eventCount}`,
        cursor: `c${eventCount * 7919}`,
        ticket,
        related: [ticket, ticketEntity(number + 1)],
        ...fields,
      };
      log.push(event);
      for (const listener of signals.onChange) listener();
      return event;
    },
    disconnect(code) {
      for (const socket of sockets)
        if (code === undefined) socket.terminate();
        else socket.close(code);
    },
    completeAll() {
      for (const end of signals.endSubscription) end();
    },
    waitFor: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!condition()) return;
          conditionChecks.delete(check);
          resolve();
        };
        conditionChecks.add(check);
        check();
      }),
    async stop() {
      for (const socket of sockets) socket.terminate();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };

  for (const name of Object.keys(typeDefs) as SubgraphName[]) {
    const schema = buildSubgraphSchema([
      { typeDefs: parse(typeDefs[name]), resolvers: subgraphResolvers[name] },
    ] as never);
    const server = createHttpServer({ desk, name, schema, signals });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    desk.urls[name] = `http://127.0.0.1:${port}/graphql`;
    if (name !== 'articles') desk.lookupUrls.push(`http://127.0.0.1:${port}/who`);
    if (name === 'tickets') serveSubscriptions({ desk, server, schema, sockets, signals, log });
  }
  return desk;
}

interface HttpServerOptions {
  desk: LiveDesk;
  name: SubgraphName;
  schema: GraphQLSchema;
  signals: Signals;
}

/** Serves the graph and the identity lookup. */
function createHttpServer({ desk, name, schema, signals }: HttpServerOptions): Server {
  return createServer((request, response) => {
    void (async () => {
      const text = await readBody(request);
      if (request.url === '/who') {
        desk.lookupRequests++;
        setImmediate(() => signals.checkConditions());
        const { people } = JSON.parse(text) as { people: { subject: string }[] };
        const actors = people.map(({ subject }) => actorsBySubject[subject] ?? null);
        return void response.end(JSON.stringify({ actors }));
      }
      desk.httpRequests[name]++;
      signals.checkConditions();
      if (desk.unavailable.has(name)) return void response.writeHead(503).end();
      const { query, variables } = JSON.parse(text) as {
        query: string;
        variables: Record<string, unknown>;
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(await graphql({ schema, source: query, variableValues: variables })),
      );
    })();
  });
}

interface SubscriptionServerOptions {
  desk: LiveDesk;
  server: Server;
  schema: GraphQLSchema;
  sockets: Set<WebSocket>;
  signals: Signals;
  log: readonly Event[];
}

function serveSubscriptions(options: SubscriptionServerOptions): void {
  const { desk, server, schema, sockets, signals, log } = options;
  const verifyActor = createActorVerifier(SECRET);
  const upgrades = new WebSocketServer({ server, path: '/graphql' });
  upgrades.on('connection', (socket) =>
    sockets.add(socket.once('close', () => sockets.delete(socket))),
  );
  useServer<{ authorization?: string }, { actor?: Actor }>(
    {
      schema,
      onConnect: async (context) => {
        const actor = await verifyActor(
          context.connectionParams?.authorization?.slice('Bearer '.length) ?? '',
        );
        if (actor) context.extra.actor = actor;
        return actor !== undefined;
      },
      onSubscribe: (context, _id, { query, variables }) => {
        const subscription: UpstreamSubscription = {
          query,
          variables: variables ?? {},
          hasEnded: false,
          ...context.extra,
        };
        desk.subscriptions.push(subscription);
        return {
          schema,
          document: parse(query),
          variableValues: variables,
          contextValue: subscription,
        } as ExecutionArgs;
      },
      onOperation: () => void setImmediate(() => signals.checkConditions()),
      subscribe: (args) =>
        subscribe({
          args,
          schema,
          list: desk.list,
          signals,
          log,
        }) as AsyncIterableIterator<ExecutionResult>,
    },
    upgrades,
  );
}
