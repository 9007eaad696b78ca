import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  GraphQLError,
  execute,
  graphql,
  parse,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Actor } from '@deskgraph/common/auth/access';
import { createActorVerifier } from '@deskgraph/common/auth/token';
import { LiveList } from './list.ts';
import {
  type Event,
  type SubgraphName,
  composeDeskSupergraph,
  resolvers,
  ticketEntity,
  typeDefs,
} from './desk.ts';
import { SECRET, actorsBySubject } from './people.ts';

/** One subscription that the gateway opened at the owner. */
export interface UpstreamSubscription {
  query: string;
  variables: Record<string, unknown>;
  actor?: Actor;
  hasEnded: boolean;
}

/** A platform of three rooms that tests move by hand; `tickets` keeps a log that can be subscribed to from any cursor. */
export interface LiveDesk {
  supergraphSdl: string;
  urls: Record<string, string>;
  whoUrls: string[];
  subscriptions: UpstreamSubscription[];
  /** Subscriptions that are open now. */
  readonly activeSubscriptions: UpstreamSubscription[];
  /** Requests over HTTP by room. */
  httpRequests: Record<SubgraphName, number>;
  /** How often rooms were asked who callers are. */
  lookupRequests: number;
  /** Rooms that answer nothing but status 503. */
  unavailable: Set<SubgraphName>;
  /** What `list` tells of. */
  list: LiveList;
  /** Adds an event to the log. */
  emit(number: number, more?: Record<string, unknown>): Event;
  /** Cuts every socket from the gateway, with a word when a code is given. */
  disconnect(code?: number): void;
  /** Completes every subscription. */
  completeAll(): void;
  /** Resolves when what was asked for holds; looked at whenever something happened at the rooms. */
  waitFor(holds: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

export async function startLiveDesk(): Promise<LiveDesk> {
  const log: Event[] = [];
  const wakes = new Set<() => void>();
  const waits = new Set<() => void>();
  const ends = new Set<() => void>();
  const happened = (): void => {
    for (const look of waits) look();
  };
  const last = (): Event => log.at(-1)!;
  const all = resolvers(last);
  const readActor = createActorVerifier(SECRET);
  const servers: Server[] = [];
  const sockets = new Set<WebSocket>();
  let count = 0;

  const desk: LiveDesk = {
    supergraphSdl: composeDeskSupergraph(),
    urls: {},
    whoUrls: [],
    subscriptions: [],
    get activeSubscriptions() {
      return desk.subscriptions.filter(({ hasEnded: isOver }) => !isOver);
    },
    httpRequests: { tickets: 0, customers: 0, articles: 0 },
    lookupRequests: 0,
    unavailable: new Set(),
    list: new LiveList(() => {
      for (const wake of wakes) wake();
    }),
    emit(number, more = {}) {
      count++;
      const kind =
        count % 2
          ? { __typename: 'TicketCreated', channel: 'EMAIL' }
          : { __typename: 'TicketStatusChanged', from: 'NEW', to: 'OPEN' };
      const ticket = ticketEntity(number);
      const event = {
        ...kind,
        id: `evt_${count}`,
        cursor: `c${count * 7919}`,
        ticket,
        related: [ticket, ticketEntity(number + 1)],
        ...more,
      };
      log.push(event);
      for (const wake of wakes) wake();
      return event;
    },
    disconnect(code) {
      for (const socket of sockets)
        if (code === undefined) socket.terminate();
        else socket.close(code);
    },
    completeAll() {
      for (const end of ends) end();
    },
    waitFor: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          waits.delete(look);
          resolve();
        };
        waits.add(look);
        look();
      }),
    async stop() {
      for (const socket of sockets) socket.terminate();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };

  const stream = (
    args: ExecutionArgs,
    schema: GraphQLSchema,
  ): AsyncIterableIterator<ExecutionResult> | ExecutionResult => {
    const opened = args.contextValue as UpstreamSubscription;
    const root = args.document.definitions.find((node) => node.kind === 'OperationDefinition')!
      .selectionSet.selections[0]!;
    const field = root.kind === 'Field' ? root.name.value : '';
    if (field === 'refused')
      return {
        errors: [new GraphQLError('A right is missing.', { extensions: { code: 'FORBIDDEN' } })],
      };
    const after = Object.entries(opened.variables).find(([name]) => name.endsWith('after'))?.[1];
    const isList = field === 'list';
    let at = isList
      ? desk.list.changes.length
      : after === undefined || after === null
        ? log.length
        : log.findIndex(({ cursor }) => cursor === after) + 1;
    let toldState = !['board', 'list', 'ticks'].includes(field);
    let isMarked = field !== 'ticketStream';
    let wake: (() => void) | undefined;
    const done = { value: undefined, done: true } as const;
    const rise = (): void => wake?.();
    const end = (): void => {
      opened.hasEnded = true;
      ends.delete(end);
      wakes.delete(rise);
      rise();
      happened();
    };
    wakes.add(rise);
    ends.add(end);
    const events: AsyncIterableIterator<ExecutionResult> = {
      [Symbol.asyncIterator]: () => events,
      async next() {
        for (;;) {
          if (opened.hasEnded) return done;
          if (!isMarked) {
            isMarked = true;
            return {
              value: {
                extensions: {
                  cursor: after ?? last()?.cursor ?? 'c0',
                  resyncQuery: '{ lastEvent { id } }',
                },
              },
              done: false,
            };
          }
          const state = !toldState;
          if (state && isList) at = desk.list.changes.length;
          toldState = true;
          const event: Event | undefined = isList
            ? state
              ? desk.list.snapshot()
              : desk.list.changes[at]
            : state
              ? last()
              : log[at];
          if (event) {
            if (!state) at++;
            if (
              typeof opened.variables['subject'] === 'string' &&
              opened.variables['subject'] !== (event['ticket'] as { subject: string }).subject
            )
              continue;
            const rootValue = {
              ticketEvents: event,
              ticketStream: { cursor: event.cursor, event },
              board: event,
              list: event,
              ticks: event,
              ticketBatch: [event, event],
              ticketMaybe: event['maybe'] === null ? null : event['ticket'],
            };
            const result = await execute({
              schema,
              document: args.document,
              variableValues: opened.variables,
              rootValue,
            });
            return {
              value: {
                ...result,
                ...(field !== 'ticks' && { extensions: { cursor: event.cursor } }),
              },
              done: false,
            };
          }
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      async return() {
        end();
        return done;
      },
    };
    return events;
  };

  for (const name of Object.keys(typeDefs) as SubgraphName[]) {
    const schema = buildSubgraphSchema([
      { typeDefs: parse(typeDefs[name]), resolvers: all[name] },
    ] as never);
    const server = createServer((request, response) => {
      void (async () => {
        const text = await bodyOf(request);
        if (request.url === '/who') {
          desk.lookupRequests++;
          setImmediate(happened);
          const asked = JSON.parse(text) as { people: { subject: string }[] };
          return void response.end(
            JSON.stringify({
              actors: asked.people.map(({ subject }) => actorsBySubject[subject] ?? null),
            }),
          );
        }
        desk.httpRequests[name]++;
        happened();
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
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    desk.urls[name] = `http://127.0.0.1:${port}/graphql`;
    if (name === 'articles') continue;
    desk.whoUrls.push(`http://127.0.0.1:${port}/who`);
    if (name === 'customers') continue;
    const upgrades = new WebSocketServer({ server, path: '/graphql' });
    upgrades.on('connection', (socket) =>
      sockets.add(socket.once('close', () => sockets.delete(socket))),
    );
    useServer<{ authorization?: string }, { actor?: Actor }>(
      {
        schema,
        onConnect: async (context) => {
          const actor = await readActor(
            context.connectionParams?.authorization?.slice('Bearer '.length) ?? '',
          );
          if (actor) context.extra.actor = actor;
          return actor !== undefined;
        },
        onSubscribe: (context, _id, { query, variables }) => {
          const opened: UpstreamSubscription = {
            query,
            variables: variables ?? {},
            hasEnded: false,
            ...context.extra,
          };
          desk.subscriptions.push(opened);
          return {
            schema,
            document: parse(query),
            variableValues: variables,
            contextValue: opened,
          } as ExecutionArgs;
        },
        onOperation: () => void setImmediate(happened),
        subscribe: (args) => stream(args, schema) as AsyncIterableIterator<ExecutionResult>,
      },
      upgrades,
    );
  }
  return desk;
}
