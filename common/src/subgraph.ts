import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import { type ExecutionResult, type GraphQLError, type GraphQLFormattedError, type GraphQLSchema, execute } from 'graphql';
import type { Actor } from './access.ts';
import { processConfig, readConfig, z } from './config.ts';
import { type DatabaseOptions, type MikroORM, openDatabase } from './database.ts';
import { FAULTS, masked } from './errors.ts';
import { type GraphOptions, buildSubgraph } from './federation.ts';
import { feedHandler } from './feed.ts';
import { type Log, createLog } from './log.ts';
import { type Relay, startRelay } from './relay.ts';
import { type Handler, type Serving, answer, readBody, serve } from './serve.ts';
import { actorReader } from './token.ts';
import { Context } from './transaction.ts';

export const serviceConfig = processConfig.extend({
  DATABASE_URL: z.string().describe('The service’s own database, as a role that owns nothing.'),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(200).default(20),
});
export type ServiceConfig = z.output<typeof serviceConfig>;

/** What a running service lends to its own parts. */
export interface Service {
  name: string;
  orm: MikroORM;
  log: Log;
  relay: Relay;
  config: ServiceConfig;
}

export interface SubgraphOptions extends GraphOptions {
  name: string;
  entities: DatabaseOptions['entities'];
  /** Finds any thing of the service by its typed id, for whom it is visible. */
  find?: (context: Context, id: string) => Promise<unknown>;
  /** Doors beside `/graphql` for other processes of ours; called with a system token only. */
  doors?: (service: Service) => Record<string, Handler>;
  /** What runs beside the requests: followers, timers. Called once the database is open; its result ends them. */
  beside?: (service: Service) => (() => Promise<void>)[];
}

const BODY_LIMIT = 4 * 1024 * 1024;

/** Starts a subgraph on its database: the graph, the event relay, the feed, health. */
export async function startSubgraph(
  options: SubgraphOptions,
  config: ServiceConfig = readConfig(serviceConfig),
): Promise<Serving & Service> {
  const log = createLog(options.name, config.LOG_LEVEL);
  const orm = await openDatabase({ url: config.DATABASE_URL, entities: options.entities, log, connections: config.DATABASE_CONNECTIONS });
  const relay = startRelay(orm, config.DATABASE_URL, log);
  const service: Service = { name: options.name, orm, log, relay, config };
  const ends = options.beside?.(service) ?? [];
  const apollo = apolloOf(buildSubgraph(options).schema);
  await apollo.start();
  const actorOf = actorReader(config.INTERNAL_SECRET);
  const own = (door: Handler): Handler => onlyFor(actorOf, (actor) => actor.kind === 'system', door);
  const serving = await serve({
    log,
    host: config.HOST,
    port: config.PORT,
    routes: {
      'POST /graphql': graphHandler(apollo, actorOf, (actor, headers) => contextOf(service, options, actor, headers)),
      'GET /feed': own(feedHandler(orm, relay)),
      ...Object.fromEntries(Object.entries(options.doors?.(service) ?? {}).map(([route, door]) => [route, own(door)])),
    },
    ready: async () => (await orm.checkConnection()).ok,
    close: async () => {
      await Promise.all(ends.map((end) => end()));
      await relay.stop();
      await apollo.stop();
      await orm.close(true);
    },
  });
  log.info({ port: serving.port }, 'serving');
  return { ...serving, ...service };
}

/** Apollo Server copies its context value; ours must stay the one it is. */
interface Carried {
  operation: Context;
}

/** Apollo Server around an executor of ours, which ends the operation's snapshot; without the plugins that wrap every field. */
function apolloOf(schema: GraphQLSchema): ApolloServer<Carried> {
  const executor: GatewayExecutor = async ({ document, operationName, request, context }) => {
    const { operation } = context as Carried;
    try {
      return (await execute({ schema, document, contextValue: operation, variableValues: request.variables, operationName })) as never;
    } finally {
      await operation.end();
    }
  };
  const gateway: GatewayInterface = {
    load: async () => ({ executor }),
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    stop: async () => {},
  };
  return new ApolloServer<Carried>({
    gateway,
    introspection: true,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      {
        requestDidStart: async () => ({
          didEncounterErrors: async ({ errors, contextValue }) => {
            for (const error of errors) if (!masked(error, '').known) logUnknown(error, contextValue.operation);
          },
          willSendResponse: async ({ response, contextValue }) => {
            const result = response.body.kind === 'single' ? (response.body.singleResult as ExecutionResult) : undefined;
            if (result?.errors)
              result.errors = result.errors.map((error) => shown(error as never, contextValue.operation.requestId) as never);
          },
        }),
      },
    ],
  });
}

function shown(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  const { known: _, ...rest } = masked(error, requestId);
  return rest;
}

const logUnknown = (error: GraphQLError, { log, requestId }: Context): void =>
  log.error({ requestId, path: error.path?.join('.'), err: error.originalError ?? error }, 'unknown error');

function contextOf({ orm, log }: Service, { find }: SubgraphOptions, actor: Actor, headers: Record<string, unknown>): Context {
  const languages = String(headers['accept-language'] ?? '');
  return new Context({
    orm,
    actor,
    log,
    requestId: String(headers['x-request-id'] ?? randomUUID()),
    locales: languages
      .split(',')
      .map((part) => part.split(';', 1)[0]!.trim())
      .filter(Boolean),
    ...(find && { find }),
  });
}

type ActorReader = ReturnType<typeof actorReader>;
const bearer = (header: string | undefined): string => (header?.startsWith('Bearer ') ? header.slice(7) : '');

function graphHandler(
  apollo: ApolloServer<Carried>,
  actorOf: ActorReader,
  context: (actor: Actor, headers: Record<string, unknown>) => Context,
): Handler {
  return async (request, response) => {
    const actor = await actorOf(bearer(request.headers.authorization));
    const text = await readBody(request, BODY_LIMIT);
    if (!actor) return answer(response, 401, { errors: [{ message: FAULTS.UNAUTHENTICATED, extensions: { code: 'UNAUTHENTICATED' } }] });
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return answer(response, 400, { errors: [{ message: 'The body is not JSON.', extensions: { code: 'BAD_USER_INPUT' } }] });
    }
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value);
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body },
      context: async () => ({ operation: context(actor, request.headers) }),
    });
    if (result.body.kind !== 'complete') throw new Error('Subgraphs answer in one piece.');
    response.writeHead(result.status ?? 200, {
      ...Object.fromEntries(result.headers),
      'content-length': Buffer.byteLength(result.body.string),
    });
    response.end(result.body.string);
  };
}

const onlyFor =
  (actorOf: ActorReader, fits: (actor: Actor) => boolean, door: Handler): Handler =>
  async (request, response) => {
    const actor = await actorOf(bearer(request.headers.authorization));
    if (!actor || !fits(actor)) return answer(response, 401, { error: 'This door is not for you.' });
    return door(request, response);
  };
