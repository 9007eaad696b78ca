import type { IncomingMessage } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import { Deadline, type RequestContext } from '../http/request-context.ts';
import type { Federation } from '../subgraphs/federation.ts';
import { subgraphHeaders } from '../http/headers.ts';
import type { Identify } from '../auth/identity.ts';
import type { Limits } from '../limits/limits.ts';
import type { LiveLimits } from './live-limits.ts';
import { containsMe } from './operation/compile.ts';
import { toClientErrors } from './operation/complete-event.ts';
import {
  OperationParser,
  type OperationRequest,
  type ParsedOperation,
  type ParsedSubscription,
} from './operation/parse.ts';
import { type Resync, resyncMessage } from './operation/resync.ts';
import { Hub, type SubscriptionHandle } from './streams/hub.ts';
import type { RenderedEvent } from './streams/ring.ts';
import { scopeFor } from './streams/scope.ts';
import type { StreamListener } from './streams/stream.ts';
import { UpstreamSubscriptions } from './streams/upstream.ts';
import type { ClientSession } from './transport/session.ts';

export interface OperationResult {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}

export interface LiveEngineOptions {
  server: ApolloServer<RequestContext>;
  federation: Federation;
  /** The schema of the loaded gateway. */
  schema: GraphQLSchema;
  identify: Identify;
  /** Signs the internal tokens for subgraphs. */
  secret: string;
  limits: Limits;
  live: LiveLimits;
  /** HTTP addresses of the subgraphs, by name. */
  addresses: ReadonlyMap<string, string>;
  log: Log;
  /** Time for a query with all its fetches. */
  queryTimeoutMs: number;
  /** Time for a mutation with all its fetches. */
  mutationTimeoutMs: number;
}

export interface SubscribeOptions {
  subscription: ParsedSubscription;
  session: ClientSession;
  language: string | undefined;
  listener: StreamListener;
  /** The cursor to start after, in place of the one in the request. */
  after?: string | undefined;
}

/**
 * Executes the operations of long-lived connections, for all transports: queries and mutations as
 * over HTTP, and subscriptions through the hub.
 */
export class LiveEngine {
  readonly hub: Hub;
  readonly #options: LiveEngineOptions;
  readonly #upstreams: UpstreamSubscriptions;
  readonly #parser: OperationParser;

  constructor(options: LiveEngineOptions) {
    const { federation, schema, limits, live, addresses, log, queryTimeoutMs } = options;
    this.#options = options;
    this.#upstreams = new UpstreamSubscriptions(addresses, log);
    this.#parser = new OperationParser({
      schema,
      plan: (document) => federation.plan(document),
      personalFields: federation.personalFields(),
      limits,
    });
    this.hub = new Hub({
      upstreams: this.#upstreams,
      limits: live,
      log,
      fetchTimeoutMs: queryTimeoutMs,
    });
  }

  /** @throws AggregateError of everything that is wrong with the request */
  parse(request: OperationRequest): ParsedOperation {
    return this.#parser.parse(request);
  }

  /** Errors as a client may see them. */
  toClientErrors(errors: readonly unknown[]): GraphQLFormattedError[] {
    const graphqlErrors = errors.map((error) =>
      error instanceof GraphQLError
        ? error
        : new GraphQLError(String(error), { originalError: error as Error }),
    );
    return toClientErrors(graphqlErrors, newId('req'), this.#options.log);
  }

  /** Executes a query or mutation. */
  async execute(
    { query, variables, operationName }: OperationRequest,
    authorization: string | undefined,
    httpRequest: IncomingMessage,
  ): Promise<OperationResult> {
    const { server, queryTimeoutMs, mutationTimeoutMs } = this.#options;
    const requestId = newId('req');
    const { caller, refusal } = await this.#identify(authorization);
    const deadline = new Deadline(queryTimeoutMs, mutationTimeoutMs);
    const contextValue: RequestContext = {
      requestId,
      caller,
      refusal,
      headers: subgraphHeaders(httpRequest, requestId, caller?.internalToken),
      deadline,
      cost: undefined,
      readsHttpStatus: false,
    };
    try {
      const { body } = await server.executeOperation(
        { query, ...(variables && { variables }), ...(operationName && { operationName }) },
        { contextValue },
      );
      if (body.kind !== 'single') throw new Error('Incremental delivery is not supported.');
      return body.singleResult as OperationResult;
    } finally {
      deadline.end(true);
    }
  }

  subscribe(options: SubscribeOptions): SubscriptionHandle {
    const { subscription, session, language, listener, after } = options;
    const { compiled, request } = subscription;
    const variables = compiled.sharedVariables(request.variables ?? {});
    const scope = scopeFor({
      actor: session.actor,
      language,
      isPersonal: compiled.isPersonal || containsMe(variables),
      secret: this.#options.secret,
    });
    const start = after ?? compiled.cursorFrom(request.variables ?? {});
    return this.hub.subscribe({ compiled, variables, scope, after: start }, listener);
  }

  /** The last message of a subscription whose client has to subscribe again. */
  resyncMessage(subscription: ParsedSubscription, resync: Resync): RenderedEvent | undefined {
    return resyncMessage(this.#options.schema, subscription, resync);
  }

  async close(): Promise<void> {
    this.hub.close();
    await this.#upstreams.close();
  }

  /** A refused token is reported only by operations that need a caller. */
  async #identify(authorization: string | undefined) {
    try {
      return { caller: await this.#options.identify(authorization), refusal: undefined };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { caller: undefined, refusal: error };
    }
  }
}
