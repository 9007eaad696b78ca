import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '../auth/access.ts';
import { createApolloServer, graphqlHandler } from '../graphql/server.ts';
import { processConfig, readConfig, z } from '../core/config.ts';
import { CursorCodec, registerCursorCodec } from '../graphql/signed-cursor.ts';
import {
  type DatabaseOptions,
  type EntityManager,
  type MikroORM,
  openDatabase,
} from '../database/database.ts';
import { countDeadLetters } from '../events/dead-letters.ts';
import { type SubgraphSchemaOptions, buildSubgraph } from '../graphql/federation.ts';
import { feedHandler } from '../events/http-feed.ts';
import { type SubscriptionServer, openSubscriptionServer } from '../graphql/subscription-server.ts';
import { type Log, createLog } from '../core/log.ts';
import type { NatsPublisher } from '../events/nats-publisher.ts';
import { type OutboxRelay, startOutboxRelay } from '../events/outbox-relay.ts';
import { type HttpHandler, type HttpService, sendJson, startHttpService } from '../http/serve.ts';
import { EventLogTail, type RedactEvents } from '../events/event-log-tail.ts';
import { startCleanup } from '../jobs/cleanup.ts';
import { type ActorVerifier, createActorVerifier, bearerToken } from '../auth/token.ts';
import { Context } from '../database/context.ts';

export const serviceConfig = processConfig.extend({
  DATABASE_URL: z.string().describe('The service’s own database, as a role that owns nothing.'),
  NATS_URL: z
    .url()
    .optional()
    .describe(
      'A NATS server with JetStream, over which services tell each other facts. Default: over HTTP.',
    ),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(200).default(20),
});
export type ServiceConfig = z.output<typeof serviceConfig>;

/** What a running service lends to its own parts. */
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
  /** Finds any thing of the service by its typed id, for whom it is visible. */
  findById?: (context: Context, id: string) => Promise<unknown>;
  /** Redacts cached events; see `EventLogTailOptions.redact`. */
  redactEvents?: RedactEvents;
  /** Doors beside `/graphql` for other processes of ours; called with a system token only. */
  endpoints?: (service: Service) => Record<string, HttpHandler>;
  /** What runs beside the requests: followers, timers. Called once the database is open; its result ends them. */
  backgroundTasks?: (service: Service) => (() => Promise<void>)[];
}

/** Starts a subgraph on its database: the graph, the event relay, the feed, health. */
export async function startSubgraph(
  options: SubgraphOptions,
  config: ServiceConfig = readConfig(serviceConfig),
): Promise<HttpService & Service> {
  const log = createLog(options.name, config.LOG_LEVEL);
  const orm = await openDatabase({
    url: config.DATABASE_URL,
    entities: options.entities,
    log,
    connections: config.DATABASE_CONNECTIONS,
  });
  registerCursorCodec(orm, new CursorCodec(config.INTERNAL_SECRET));
  const relay = startOutboxRelay(orm, config.DATABASE_URL, log);
  const publisher = await publisherOf(options.name, config, log);
  const tail = new EventLogTail({ orm, relay, log, redact: options.redactEvents });
  const service: Service = { name: options.name, orm, log, relay, tail, config };
  const ends = options.backgroundTasks?.(service) ?? [];
  const { schema } = buildSubgraph(options);
  if (schema.getMutationType()) ends.push(startCleanup({ orm, log }));
  const apollo = createApolloServer(schema);
  await apollo.start();
  const actorOf = createActorVerifier(config.INTERNAL_SECRET);
  const contextFor = (actor: Actor, headers: IncomingHttpHeaders): Context =>
    contextOf(service, options, actor, headers);
  let live: SubscriptionServer | undefined;
  const own = (door: HttpHandler): HttpHandler =>
    onlyFor(actorOf, (actor) => actor.kind === 'system', door);
  const serving = await startHttpService({
    log,
    host: config.HOST,
    port: config.PORT,
    routes: {
      'POST /graphql': graphqlHandler(apollo, actorOf, contextFor),
      'GET /feed': own(feedHandler(orm, relay, publisher)),
      ...Object.fromEntries(
        Object.entries(options.endpoints?.(service) ?? {}).map(([route, door]) => [
          route,
          own(door),
        ]),
      ),
    },
    ready: async () => ({ deadFacts: await countDeadLetters(orm.em.fork() as EntityManager) }),
    drain: async () => {
      relay.releaseWaiters();
      // Sockets first: a stream that is cut goes on elsewhere, one that ends would seem to be over.
      await Promise.all([
        live?.close(),
        tail.stop(),
        publisher?.stop(),
        ...ends.map((end) => end()),
      ]);
    },
    close: async () => {
      await relay.stop();
      await apollo.stop();
      await orm.close(true);
    },
  });
  if (schema.getSubscriptionType())
    live = openSubscriptionServer({ http: serving.http, schema, actorOf, contextFor });
  log.info({ port: serving.port }, 'serving');
  return { ...serving, ...service };
}

/** What is not used is not loaded. */
async function publisherOf(
  service: string,
  { NATS_URL: nats, DATABASE_URL: url }: ServiceConfig,
  log: Log,
): Promise<NatsPublisher | undefined> {
  return nats
    ? (await import('../events/nats-publisher.ts')).startNatsPublisher({ nats, service, url, log })
    : undefined;
}

function contextOf(
  { orm, log, tail }: Service,
  { findById: find }: SubgraphOptions,
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
    locales: languages.split(',').flatMap((part) => localesOf(part.split(';', 1)[0]!.trim())),
    ...(find && { findById: find }),
  });
}

/** What is no language tag, such as `*`, is no language that anybody reads. */
function localesOf(tag: string): string[] {
  try {
    return Intl.getCanonicalLocales(tag || []);
  } catch {
    return [];
  }
}

const onlyFor =
  (actorOf: ActorVerifier, fits: (actor: Actor) => boolean, door: HttpHandler): HttpHandler =>
  async (request, response) => {
    const actor = await actorOf(bearerToken(request.headers.authorization));
    if (!actor || !fits(actor))
      return sendJson(response, 401, { error: 'This door is not for you.' });
    return door(request, response);
  };
