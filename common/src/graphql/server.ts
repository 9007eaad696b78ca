import type { IncomingHttpHeaders } from 'node:http';
import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  execute,
} from 'graphql';
import type { Actor } from '../auth/access.ts';
import {
  ERROR_MESSAGES,
  Refusal,
  graphqlError,
  refusalToGraphqlError,
  maskError,
} from '../core/errors.ts';
import { isDatabaseUnavailable } from '../core/database-errors.ts';
import { type HttpHandler, sendJson, readBody } from '../http/serve.ts';
import { type ActorVerifier, bearerToken } from '../auth/token.ts';
import type { Context } from '../database/context.ts';

const BODY_LIMIT = 4 * 1024 * 1024;

/** Apollo Server copies its context value; ours must stay the one it is. */
export interface ApolloContext {
  operation: Context;
}

/**
 * What an error means for the caller: a refusal below the root fields, such as a page that is too big, is the fault of the request; a
 * database that is being restarted is worth another try.
 */
export function toClientError(error: GraphQLError): GraphQLError {
  const { originalError: cause } = error;
  const meaning =
    cause instanceof Refusal
      ? refusalToGraphqlError(cause)
      : isDatabaseUnavailable(cause)
        ? graphqlError('UNAVAILABLE', ERROR_MESSAGES.UNAVAILABLE, { retryable: true })
        : undefined;
  if (!meaning) return error;
  return new GraphQLError(meaning.message, {
    nodes: error.nodes,
    path: error.path,
    extensions: meaning.extensions,
  });
}

/** Nothing was run: the variables have not the shape of the schema. Beyond fifty faults graphql-js only says that it stops counting, without a code. */
const asInput = (error: GraphQLError): GraphQLError =>
  error.extensions['code']
    ? error
    : new GraphQLError(error.message, {
        nodes: error.nodes,
        extensions: { code: 'BAD_USER_INPUT' },
      });

/** Apollo Server around an executor of ours, which ends the operation's snapshot; without the plugins that wrap every field. */
export function createApolloServer(schema: GraphQLSchema): ApolloServer<ApolloContext> {
  const executor: GatewayExecutor = async ({ document, operationName, request, context }) => {
    const { operation } = context as ApolloContext;
    try {
      const result = (await execute({
        schema,
        document,
        contextValue: operation,
        variableValues: request.variables,
        operationName,
      })) as ExecutionResult;
      return (
        result.errors
          ? { ...result, errors: result.errors.map('data' in result ? toClientError : asInput) }
          : result
      ) as never;
    } finally {
      await operation.endSnapshot();
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
  return new ApolloServer<ApolloContext>({
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
            for (const error of errors)
              if (!maskError(error, '').isKnown) logUnknownError(error, contextValue.operation);
          },
          willSendResponse: async ({ response, contextValue }) => {
            const result =
              response.body.kind === 'single'
                ? (response.body.singleResult as ExecutionResult)
                : undefined;
            if (result?.errors)
              result.errors = result.errors.map(
                (error) =>
                  formatClientError(error as never, contextValue.operation.requestId) as never,
              );
          },
        }),
      },
    ],
  });
}

export function formatClientError(
  error: GraphQLFormattedError,
  requestId: string,
): GraphQLFormattedError {
  const { isKnown: _, ...rest } = maskError(error, requestId);
  return rest;
}

export const logUnknownError = (error: GraphQLError, { log, requestId }: Context): void =>
  log.error(
    { requestId, path: error.path?.join('.'), err: error.originalError ?? error },
    'unknown error',
  );

/** The one route of the graph; only for callers with an internal token. */
export function graphqlHandler(
  apollo: ApolloServer<ApolloContext>,
  actorOf: ActorVerifier,
  context: (actor: Actor, headers: IncomingHttpHeaders) => Context,
): HttpHandler {
  return async (request, response) => {
    const actor = await actorOf(bearerToken(request.headers.authorization));
    const text = await readBody(request, BODY_LIMIT);
    if (!actor)
      return sendJson(response, 401, {
        errors: [
          { message: ERROR_MESSAGES.UNAUTHENTICATED, extensions: { code: 'UNAUTHENTICATED' } },
        ],
      });
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return sendJson(response, 400, {
        errors: [{ message: 'The body is not JSON.', extensions: { code: 'BAD_USER_INPUT' } }],
      });
    }
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string') headers.set(name, value);
    const operation = context(actor, request.headers);
    response.once('close', () => operation.abandon());
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body },
      context: async () => ({ operation }),
    });
    if (result.body.kind !== 'complete') throw new Error('Subgraphs answer in one piece.');
    response.writeHead(result.status ?? 200, {
      ...Object.fromEntries(result.headers),
      'content-length': Buffer.byteLength(result.body.string),
    });
    response.end(result.body.string);
  };
}
