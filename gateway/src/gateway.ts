import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Log } from '@deskgraph/common/core/log';
import { type HttpHandler, startHttpService } from '@deskgraph/common/http/serve';
import { admission } from './http/admission-plugin.ts';
import { answers, formatError } from './http/response-plugin.ts';
import type { BreakerOptions } from './subgraphs/breaker.ts';
import type { Call } from './http/request-context.ts';
import { federate } from './subgraphs/federation.ts';
import { FILE_MS, passFiles } from './http/files.ts';
import { DELIBERATE } from './http/headers.ts';
import { graphqlOverHttp } from './http/http.ts';
import { type Identify, type TokenReader, createIdentify } from './auth/identity.ts';
import { LIMITS, type Limits, limitRule } from './limits/limits.ts';
import { LIVE_LIMITS, type LiveLimits } from './live/live-limits.ts';
import { LiveEngine } from './live/engine.ts';
import { ConnectionLimiter } from './live/transport/connection-limits.ts';
import { HttpStreamTransport } from './live/transport/responses.ts';
import { WebSocketTransport } from './live/transport/sockets.ts';
import { type Connection, connectSubgraph } from './subgraphs/subgraph.ts';
import { createWho } from './auth/actor-lookup.ts';

export interface GatewayOptions {
  supergraphSdl: string;
  /** Verifies the tokens that callers show; `nobody` opens the gateway to everyone, for conformance suites with schemas of their own. */
  callers: { readToken: TokenReader; whoUrls: readonly string[]; secret: string } | 'nobody';
  log: Log;
  host?: string;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Addresses in place of those in the supergraph. */
  subgraphUrls?: Readonly<Record<string, string>>;
  /** The service that keeps the files; without it there is no path to any. */
  filesUrl?: string;
  limits?: Partial<Limits>;
  live?: Partial<LiveLimits>;
  /** Origins of web pages that may call. */
  origins?: readonly string[];
  /** Milliseconds that a query may take with all its fetches. */
  patienceMs?: number;
  /** The same for a mutation; longer, because giving up does not undo it. */
  writePatienceMs?: number;
  breaker?: BreakerOptions;
  /** Further routes, as for `serve`. */
  routes?: Record<string, HttpHandler>;
}

export interface Gateway {
  /** Address of the graph. */
  url: string;
  port: number;
  /** Ends running requests, then everything. */
  stop: () => Promise<void>;
}

/** Milliseconds that a client may take to send the head of a request, and the whole of it; a file has more. */
const HEAD_MS = 10_000;
const REQUEST_MS = 30_000;

/** The front door: one graph over HTTP in front of the subgraphs, which need not run for it to start. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const {
    log,
    callers,
    host = '127.0.0.1',
    port = 0,
    subgraphUrls = {},
    patienceMs = 1_000,
    writePatienceMs = 10_000,
  } = options;
  const limits: Limits = { ...LIMITS, ...options.limits };
  const live: LiveLimits = { ...LIVE_LIMITS, ...options.live };
  const connections: Connection[] = [];
  const addresses = new Map<string, string>();

  const who = callers === 'nobody' ? undefined : createWho(callers.whoUrls, callers.secret, log);
  const identify: Identify =
    callers === 'nobody'
      ? async () => undefined
      : createIdentify({
          readToken: callers.readToken,
          who: who!.ask,
          secret: callers.secret,
          log,
        });

  const federation = federate({
    supergraphSdl: options.supergraphSdl,
    log,
    reach: (name, url) => {
      addresses.set(name, subgraphUrls[name] ?? url);
      const connection = connectSubgraph({
        name,
        url: addresses.get(name)!,
        log,
        patienceMs,
        breaker: options.breaker,
      });
      connections.push(connection);
      return connection;
    },
  });
  const server = new ApolloServer<Call>({
    gateway: federation.gateway,
    introspection: true, // Decided for each caller by admission.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
    csrfPrevention: { requestHeaders: [...DELIBERATE] },
    parseOptions: { maxTokens: limits.tokens },
    validationOptions: { maxErrors: 10 },
    validationRules: [limitRule(limits)],
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
      admission(limits, callers !== 'nobody'),
      answers(log, limits.cost),
    ],
  });
  await server.start();
  const liveEngine = new LiveEngine({
    server,
    federation,
    schema: federation.schema(),
    identify,
    secret: callers === 'nobody' ? '' : callers.secret,
    limits,
    live,
    addresses,
    log,
    queryTimeoutMs: patienceMs,
    mutationTimeoutMs: writePatienceMs,
  });

  const transportOptions = {
    engine: liveEngine,
    identify,
    needsSignIn: callers !== 'nobody',
    limits: live,
    connections: new ConnectionLimiter(live),
    schema: federation.schema(),
    log,
  };
  const responses = new HttpStreamTransport(transportOptions);
  const origins = new Set(options.origins);
  const { filesUrl } = options;
  const files =
    filesUrl && callers !== 'nobody'
      ? passFiles({ url: filesUrl, secret: callers.secret, origins, log })
      : undefined;
  const serving = await startHttpService({
    log,
    host,
    port,
    routes: {
      ...options.routes,
      ...(files && { '/files/*': files.handler }),
      '/graphql': inTime(
        graphqlOverHttp({
          server,
          identify,
          responses,
          origins,
          bodyLimit: limits.body,
          patienceMs,
          writePatienceMs,
        }),
      ),
    },
    ready: async () => true,
    drain: async () => void (await Promise.all([sockets.stop(), responses.stop()])),
    close: async () => {
      await liveEngine.close();
      await server.stop();
      await Promise.all([
        who?.close(),
        files?.close(),
        ...connections.map((connection) => connection.close()),
      ]);
    },
  });
  const sockets = new WebSocketTransport(serving.http, transportOptions);
  serving.http.headersTimeout = HEAD_MS;
  serving.http.requestTimeout = FILE_MS;
  return {
    url: `http://${host}:${serving.port}/graphql`,
    port: serving.port,
    stop: () => serving.stop(),
  };
}

/** Who takes longer to send a request is cut. */
const inTime =
  (handler: HttpHandler): HttpHandler =>
  (request, response) => {
    const late = setTimeout(() => request.complete || request.destroy(), REQUEST_MS);
    request.once('close', () => clearTimeout(late));
    return handler(request, response);
  };
