import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '../auth/access.ts';
import { createApolloServer, graphqlHandler } from '../graphql/server.ts';
import { processConfig, readConfig, z } from '../core/config.ts';
import { CursorCodec, registerCursorCodec } from '../graphql/signed-cursor.ts';
import { type DatabaseOptions, type MikroORM, openDatabase } from '../database/database.ts';
import { countDeadLetters } from '../events/dead-letters.ts';
import { type SubgraphSchemaOptions, buildSubgraph } from '../graphql/federation.ts';
import { feedHandler } from '../events/http-feed.ts';
import { SubscriptionServer } from '../graphql/subscription-server.ts';
import { type Log, createLog } from '../core/log.ts';
import type { NatsPublisher } from '../events/nats-publisher.ts';
import { type OutboxRelay, startOutboxRelay } from '../events/outbox-relay.ts';
import { type HttpHandler, type HttpService, sendJson, startHttpService } from '../http/serve.ts';
import { EventLogTail, type RedactEvents } from '../events/event-log-tail.ts';
import { startCleanup } from '../jobs/cleanup.ts';
import { type ActorVerifier, createActorVerifier, bearerToken } from '../auth/token.ts';
import { Context } from '../database/context.ts';

export const serviceConfig = processConfig.extend({
  DATABASE_URL: z
    .string()
    .describe('The database of the service, with the role that owns nothing.'),
  NATS_URL: z
    .url()
    .optional()
    .describe('A NATS server with JetStream that carries events between services. Default: HTTP.'),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(200).default(20),
});
export type ServiceConfig = z.output<typeof serviceConfig>;

/** The parts of a running service that its endpoints and background tasks use. */
export interface Service {
  name: string;
  orm: MikroORM;
  log: Log;
  relay: OutboxRelay;
  tail: EventLogTail;
  config: ServiceConfig;
}

export interface SubgraphOptions extends SubgraphSchemaOptions {
  name: string;
  entities: DatabaseOptions['entities'];
  /** Finds any entity of the service by its typed id; null when the caller may not see it. */
  findById?: (ctx: Context, id: string) => Promise<unknown>;
  /** Redacts cached events; see `EventLogTailOptions.redact`. */
  redactEvents?: RedactEvents;
  /**
   * Further HTTP endpoints for other processes of the platform: only a system token is accepted.
   */
  endpoints?: (service: Service) => Record<string, HttpHandler>;
  /**
   * Starts the background tasks, such as event consumers and the scheduler, once the database is
   * open. Returns the functions that stop them.
   */
  backgroundTasks?: (service: Service) => (() => Promise<void>)[];
}

/**
 * Starts a subgraph: GraphQL over HTTP and WebSocket, the outbox relay, the event feed, background
 * tasks and health endpoints.
 *
 * @example
 * const subgraph: SubgraphOptions = { name: 'tickets', entities, resolvers };
 * const service = await startSubgraph(subgraph);
 * stopOnSignal(service.log, service.stop);
 */
export async function startSubgraph(
  options: SubgraphOptions,
  config: ServiceConfig = readConfig(serviceConfig),
): Promise<HttpService & Service> {
  const { service, publisher } = await openService(options, config);
  const { orm, log, relay, tail } = service;
  const stopTasks = options.backgroundTasks?.(service) ?? [];
  const { schema } = buildSubgraph(options);
  if (schema.getMutationType()) stopTasks.push(startCleanup({ orm, log }));
  const apollo = createApolloServer(schema);
  await apollo.start();
  const verifyActor = createActorVerifier(config.INTERNAL_SECRET);
  const contextFor = (actor: Actor, headers: IncomingHttpHeaders): Context =>
    createContext(service, options, actor, headers);
  let subscriptions: SubscriptionServer | undefined;
  const httpService = await startHttpService({
    log,
    host: config.HOST,
    port: config.PORT,
    routes: {
      'POST /graphql': graphqlHandler(apollo, verifyActor, contextFor),
      ...systemOnly(verifyActor, {
        'GET /feed': feedHandler(orm, relay, publisher),
        ...options.endpoints?.(service),
      }),
    },
    ready: async () => ({ deadLetters: await countDeadLetters(orm) }),
    drain: async () => {
      relay.releaseWaiters();
      // Close the sockets first: clients resume a cut subscription elsewhere, but take an ended one
      // as complete.
      await Promise.all([
        subscriptions?.close(),
        tail.stop(),
        publisher?.stop(),
        ...stopTasks.map((stop) => stop()),
      ]);
    },
    close: async () => {
      await relay.stop();
      await apollo.stop();
      await orm.close(true);
    },
  });
  if (schema.getSubscriptionType())
    subscriptions = new SubscriptionServer({
      http: httpService.http,
      schema,
      verifyActor,
      contextFor,
    });
  log.info({ port: httpService.port }, 'service started');
  return { ...httpService, ...service };
}

async function openService(
  options: SubgraphOptions,
  config: ServiceConfig,
): Promise<{ service: Service; publisher: NatsPublisher | undefined }> {
  const { name, entities, redactEvents } = options;
  const log = createLog(name, config.LOG_LEVEL);
  const orm = await openDatabase({
    url: config.DATABASE_URL,
    entities,
    log,
    connections: config.DATABASE_CONNECTIONS,
  });
  registerCursorCodec(orm, new CursorCodec(config.INTERNAL_SECRET));
  const relay = startOutboxRelay(orm, config.DATABASE_URL, log);
  const publisher = await startPublisher(name, config, log);
  const tail = new EventLogTail({ orm, relay, log, redact: redactEvents });
  return { service: { name, orm, log, relay, tail, config }, publisher };
}

/** Starts the NATS publisher where it is configured. The NATS client is loaded only then. */
async function startPublisher(
  service: string,
  { NATS_URL: nats, DATABASE_URL: url }: ServiceConfig,
  log: Log,
): Promise<NatsPublisher | undefined> {
  if (!nats) return undefined;
  const { startNatsPublisher } = await import('../events/nats-publisher.ts');
  return startNatsPublisher({ nats, service, url, log });
}

function createContext(
  { orm, log, tail }: Service,
  { findById }: SubgraphOptions,
  actor: Actor,
  headers: IncomingHttpHeaders,
): Context {
  const { 'accept-language': languages = '', 'x-request-id': requestId = randomUUID() } =
    headers as Record<string, string | undefined>;
  return new Context({
    orm,
    actor,
    log,
    requestId,
    tail,
    locales: languages.split(',').flatMap((part) => parseLocale(part.split(';', 1)[0]!.trim())),
    ...(findById && { findById }),
  });
}

/** The canonical language tag; nothing for invalid tags and `*`. */
function parseLocale(tag: string): string[] {
  try {
    return Intl.getCanonicalLocales(tag || []);
  } catch {
    return [];
  }
}

/** The endpoints, restricted to requests with a system token. */
function systemOnly(
  verifyActor: ActorVerifier,
  endpoints: Record<string, HttpHandler>,
): Record<string, HttpHandler> {
  const restrict =
    (endpoint: HttpHandler): HttpHandler =>
    async (request, response) => {
      const actor = await verifyActor(bearerToken(request.headers.authorization));
      if (actor?.kind !== 'system')
        return sendJson(response, 401, { error: 'This endpoint requires a system token.' });
      return endpoint(request, response);
    };
  return Object.fromEntries(
    Object.entries(endpoints).map(([route, endpoint]) => [route, restrict(endpoint)]),
  );
}
