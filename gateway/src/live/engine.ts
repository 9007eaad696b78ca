import type { IncomingMessage } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
  getOperationAST,
  parse,
} from 'graphql';
import { fault } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import { type Call, Patience } from '../http/request-context.ts';
import type { Federation, Variables } from '../subgraphs/federation.ts';
import { inwardHeaders } from '../http/headers.ts';
import type { Identify } from '../auth/identity.ts';
import type { Limits } from '../limits/limits.ts';
import { type Compiled, type Graph, asksForOwn, compile, keeping } from './operation/compile.ts';
import { Hub, type Seat } from './streams/hub.ts';
import type { LiveLimits } from './live-limits.ts';
import { shownErrors } from './operation/complete-event.ts';
import { type Resync, resyncMessage } from './operation/resync.ts';
import { scopeOf } from './streams/scope.ts';
import type { Session } from './transport/session.ts';
import type { Sink } from './streams/stream.ts';
import { openUpstreams } from './streams/upstream.ts';

/** What a client asks for, by any transport. */
export interface Request {
  query: string;
  operationName?: string | null | undefined;
  variables?: Variables | null | undefined;
}

/** A request that may go on. */
export interface Asked {
  request: Request;
  document: DocumentNode;
  kind: `${OperationTypeNode}`;
  /** Set for a subscription. */
  compiled: Compiled | undefined;
}

export interface Result {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}

export interface LiveOptions {
  server: ApolloServer<Call>;
  federation: Federation;
  /** Of the loaded gateway. */
  schema: GraphQLSchema;
  identify: Identify;
  /** Signs what subgraphs are told of a caller. */
  secret: string;
  limits: Limits;
  live: LiveLimits;
  /** Where the subgraphs are. */
  addresses: ReadonlyMap<string, string>;
  log: Log;
  patienceMs: number;
  writePatienceMs: number;
}

/** What all transports share: reading a request, answering it at once, or joining the stream that it asks for. */
export function openLive(options: LiveOptions) {
  const { server, federation, schema, identify, secret, limits, log, patienceMs, writePatienceMs } =
    options;
  const upstreams = openUpstreams(options.addresses, log);
  const hub = new Hub({ upstreams, limits: options.live, log, patienceMs });
  const graph: Graph = {
    schema,
    plan: (shared) => federation.plan(shared),
    personal: federation.personal(),
    limits,
  };
  const compiledFor = keeping((document, asked) => compile(graph, document, asked));

  const read = (request: Request): Asked => {
    const document = parse(request.query, { maxTokens: limits.tokens });
    const operation: OperationDefinitionNode | null | undefined = getOperationAST(
      document,
      request.operationName,
    );
    if (!operation) throw fault('BAD_USER_INPUT', 'The document has no operation of this name.');
    const kind = operation.operation;
    if (kind !== 'subscription') return { request, document, kind, compiled: undefined };
    const compiled = compiledFor(request.query, document, operation);
    const errors = compiled.check(request.variables ?? {});
    if (errors.length > 0) throw new AggregateError(errors);
    return { request, document, kind, compiled };
  };

  return {
    hub,

    /** Throws an AggregateError of what is wrong with the request. */
    read(request: Request): Asked {
      try {
        return read(request);
      } catch (error) {
        const errors = error instanceof AggregateError ? (error.errors as GraphQLError[]) : [error];
        throw new AggregateError(
          errors.map((one) => {
            if (!(one instanceof GraphQLError)) return one;
            return one.extensions['code']
              ? one
              : new GraphQLError(one.message, { ...one, extensions: { code: 'BAD_USER_INPUT' } });
          }),
        );
      }
    },

    /** What a client may read of errors. */
    shown(errors: readonly unknown[]): GraphQLFormattedError[] {
      const graph = errors.map((error) =>
        error instanceof GraphQLError
          ? error
          : new GraphQLError(String(error), { originalError: error as Error }),
      );
      return shownErrors(graph, newId('req'), log);
    },

    /** Answers a query or mutation, as over HTTP. */
    async answer(
      { query, variables, operationName }: Request,
      authorization: string | undefined,
      opened: IncomingMessage,
    ): Promise<Result> {
      const requestId = newId('req');
      let refusal: GraphQLError | undefined;
      const caller = await identify(authorization).catch((error: unknown) => {
        if (!(error instanceof GraphQLError)) throw error;
        refusal = error;
        return undefined;
      });
      const headers = inwardHeaders(opened, requestId, caller?.internalToken);
      const patience = new Patience(patienceMs, writePatienceMs);
      const contextValue: Call = {
        requestId,
        caller,
        refusal,
        headers,
        patience,
        cost: undefined,
        readsStatus: false,
      };
      try {
        const { body } = await server.executeOperation(
          { query, ...(variables && { variables }), ...(operationName && { operationName }) },
          { contextValue },
        );
        if (body.kind !== 'single') throw new Error('The answer is not one document.');
        return body.singleResult as Result;
      } finally {
        patience.end(true);
      }
    },

    /** Joins the stream of a subscription, after the given cursor if any, else after the client's own. */
    join(
      { compiled, request }: Asked & { compiled: Compiled },
      session: Session,
      language: string | undefined,
      sink: Sink,
      after?: string,
    ): Seat {
      const given = request.variables ?? {};
      const variables = compiled.used(given);
      const scope = scopeOf(
        session.actor,
        language,
        compiled.isPersonal || asksForOwn(variables),
        secret,
      );
      return hub.join({ compiled, variables, scope, after: after ?? compiled.after(given) }, sink);
    },

    /** The last message of a subscription whose client has to take it up again. */
    resync: (asked: Asked & { compiled: Compiled }, resync: Resync) =>
      resyncMessage(schema, asked, resync),

    async close(): Promise<void> {
      hub.close();
      await upstreams.close();
    },
  };
}
export type Live = ReturnType<typeof openLive>;
