import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Log } from '@deskgraph/common/core/log';
import { type HttpHandler, type HttpService, startHttpService } from '@deskgraph/common/http/serve';
import { admissionPlugin } from './http/admission-plugin.ts';
import { formatError, responsePlugin } from './http/response-plugin.ts';
import type { BreakerOptions } from './subgraphs/breaker.ts';
import type { RequestContext } from './http/request-context.ts';
import { type Federation, createFederation } from './subgraphs/federation.ts';
import { FILE_TIMEOUT_MS, FileProxy } from './http/file-proxy.ts';
import { CSRF_PREVENTION_HEADERS } from './http/headers.ts';
import { createGraphqlHandler } from './http/graphql-handler.ts';
import { Authenticator, type Identify, type TokenVerifier } from './auth/identity.ts';
import { DEFAULT_LIMITS, type Limits, limitRule } from './limits/limits.ts';
import { LIVE_LIMITS, type LiveLimits } from './live/live-limits.ts';
import { LiveEngine } from './live/engine.ts';
import { ConnectionLimiter } from './live/transport/connection-limits.ts';
import { HttpStreamTransport } from './live/transport/responses.ts';
import { WebSocketTransport } from './live/transport/sockets.ts';
import { type Subgraph, type SubgraphConnection, connectSubgraph } from './subgraphs/subgraph.ts';
import { ActorLookupClient } from './auth/actor-lookup.ts';

export interface AuthenticationOptions {
  verifyToken: TokenVerifier;
  /** Endpoints that look up the users of tokens; the first that knows the user wins. */
  lookupUrls: readonly string[];
  /** Signs the internal tokens for subgraphs. */
  secret: string;
}

export interface GatewayOptions {
  supergraphSdl: string;
  /** `none` accepts every request: for conformance suites that bring their own schema. */
  authentication: AuthenticationOptions | 'none';
  log: Log;
  host?: string;
  /** 0, the default, selects a free port. */
  port?: number;
  /** Overrides addresses of the supergraph. */
  subgraphUrls?: Readonly<Record<string, string>>;
  /** The service that stores files; without it `/files/…` does not exist. */
  filesUrl?: string;
  limits?: Partial<Limits>;
  live?: Partial<LiveLimits>;
  /** Origins of web pages that may read responses. */
  origins?: readonly string[];
  /** Time for a query with all its fetches; 1 second by default. */
  queryTimeoutMs?: number;
  /** Time for a mutation; 10 seconds by default, because giving up does not undo it. */
  mutationTimeoutMs?: number;
  breaker?: BreakerOptions;
  /** Additional routes, as for `startHttpService`. */
  routes?: Record<string, HttpHandler>;
}

export interface Gateway {
  /** Address of the GraphQL endpoint. */
  url: string;
  port: number;
  /** Ends running requests, then closes all connections. */
  stop: () => Promise<void>;
}

/** Time until the request headers are complete. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Time until a GraphQL request is complete; a file has more. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Starts the gateway: one graph over HTTP and WebSocket in front of the subgraphs. The subgraphs
 * need not run for it to start.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = new GatewayServer(options);
  const { port } = await server.start();
  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}/graphql`,
    port,
    stop: () => server.stop(),
  };
}

class GatewayServer {
  readonly #options: GatewayOptions;
  readonly #limits: Limits;
  readonly #liveLimits: LiveLimits;
  readonly #queryTimeoutMs: number;
  readonly #mutationTimeoutMs: number;
  readonly #origins: ReadonlySet<string>;
  readonly #authentication: AuthenticationOptions | undefined;
  readonly #actorLookup: ActorLookupClient | undefined;
  readonly #identify: Identify;
  readonly #fileProxy: FileProxy | undefined;
  readonly #subgraphUrls = new Map<string, string>();
  readonly #connections: SubgraphConnection[] = [];
  readonly #federation: Federation;
  readonly #apollo: ApolloServer<RequestContext>;
  #service: HttpService | undefined;

  constructor(options: GatewayOptions) {
    const { log, authentication, filesUrl, supergraphSdl } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#liveLimits = { ...LIVE_LIMITS, ...options.live };
    this.#queryTimeoutMs = options.queryTimeoutMs ?? 1_000;
    this.#mutationTimeoutMs = options.mutationTimeoutMs ?? 10_000;
    this.#origins = new Set(options.origins);
    if (authentication === 'none') this.#identify = async () => undefined;
    else {
      const { verifyToken, lookupUrls, secret } = authentication;
      const actorLookup = new ActorLookupClient(lookupUrls, secret, log);
      const lookupActor = actorLookup.lookup;
      this.#authentication = authentication;
      this.#actorLookup = actorLookup;
      this.#identify = new Authenticator({ verifyToken, lookupActor, secret, log }).identify;
      if (filesUrl)
        this.#fileProxy = new FileProxy({ url: filesUrl, secret, origins: this.#origins, log });
    }
    this.#federation = createFederation({
      supergraphSdl,
      log,
      connect: (name, url) => this.#connectSubgraph(name, url),
    });
    this.#apollo = this.#createApolloServer();
  }

  async start(): Promise<HttpService> {
    await this.#apollo.start();
    const engine = this.#createLiveEngine();
    const transportOptions = {
      engine,
      identify: this.#identify,
      needsSignIn: this.#authentication !== undefined,
      limits: this.#liveLimits,
      connections: new ConnectionLimiter(this.#liveLimits),
      schema: this.#federation.schema(),
      log: this.#options.log,
    };
    const streamTransport = new HttpStreamTransport(transportOptions);
    const service = await startHttpService({
      log: this.#options.log,
      host: this.#options.host ?? '127.0.0.1',
      port: this.#options.port ?? 0,
      routes: this.#routes(streamTransport),
      ready: async () => true,
      drain: async () => {
        await Promise.all([webSocketTransport.stop(), streamTransport.stop()]);
      },
      close: () => this.#close(engine),
    });
    const webSocketTransport = new WebSocketTransport(service.http, transportOptions);
    service.http.headersTimeout = HEADERS_TIMEOUT_MS;
    service.http.requestTimeout = FILE_TIMEOUT_MS;
    this.#service = service;
    return service;
  }

  async stop(): Promise<void> {
    await this.#service?.stop();
  }

  async #close(engine: LiveEngine): Promise<void> {
    await engine.close();
    await this.#apollo.stop();
    await Promise.all([
      this.#actorLookup?.close(),
      this.#fileProxy?.close(),
      ...this.#connections.map((connection) => connection.close()),
    ]);
  }

  #connectSubgraph(name: string, supergraphUrl: string): Subgraph {
    const url = this.#options.subgraphUrls?.[name] ?? supergraphUrl;
    const connection = connectSubgraph({
      name,
      url,
      log: this.#options.log,
      queryTimeoutMs: this.#queryTimeoutMs,
      breaker: this.#options.breaker,
    });
    this.#subgraphUrls.set(name, url);
    this.#connections.push(connection);
    return connection;
  }

  #createApolloServer(): ApolloServer<RequestContext> {
    const { log } = this.#options;
    return new ApolloServer<RequestContext>({
      gateway: this.#federation.gateway,
      introspection: true, // The admission plugin decides for each caller.
      persistedQueries: false,
      includeStacktraceInErrorResponses: false,
      hideSchemaDetailsFromClientErrors: true,
      stopOnTerminationSignals: false,
      csrfPrevention: { requestHeaders: [...CSRF_PREVENTION_HEADERS] },
      parseOptions: { maxTokens: this.#limits.tokens },
      validationOptions: { maxErrors: 10 },
      validationRules: [limitRule(this.#limits)],
      stringifyResult: (result) => JSON.stringify(result),
      formatError,
      logger: {
        debug: () => {},
        info: () => {},
        warn: (message) => log.warn(String(message)),
        error: (message) => log.error(String(message)),
      },
      plugins: [
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
        admissionPlugin(this.#limits, this.#authentication !== undefined),
        responsePlugin(log, this.#limits.cost),
      ],
    });
  }

  #createLiveEngine(): LiveEngine {
    return new LiveEngine({
      server: this.#apollo,
      federation: this.#federation,
      schema: this.#federation.schema(),
      identify: this.#identify,
      secret: this.#authentication?.secret ?? '',
      limits: this.#limits,
      live: this.#liveLimits,
      addresses: this.#subgraphUrls,
      log: this.#options.log,
      queryTimeoutMs: this.#queryTimeoutMs,
      mutationTimeoutMs: this.#mutationTimeoutMs,
    });
  }

  #routes(streamTransport: HttpStreamTransport): Record<string, HttpHandler> {
    const fileProxy = this.#fileProxy;
    return {
      ...this.#options.routes,
      ...(fileProxy && {
        '/files/*': (request, response) => fileProxy.handle(request, response),
      }),
      '/graphql': withRequestTimeout(
        createGraphqlHandler({
          server: this.#apollo,
          identify: this.#identify,
          streamTransport,
          origins: this.#origins,
          maxBodyBytes: this.#limits.body,
          queryTimeoutMs: this.#queryTimeoutMs,
          mutationTimeoutMs: this.#mutationTimeoutMs,
        }),
      ),
    };
  }
}

/** Closes the connection of a client that takes too long to send its request. */
const withRequestTimeout =
  (handler: HttpHandler): HttpHandler =>
  (request, response) => {
    const timer = setTimeout(() => request.complete || request.destroy(), REQUEST_TIMEOUT_MS);
    request.once('close', () => clearTimeout(timer));
    return handler(request, response);
  };
