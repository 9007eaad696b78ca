import type { IncomingHttpHeaders } from 'node:http';
import { type ApolloServerPlugin, ApolloServer, HeaderMap } from '@apollo/server';
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
import { type ActorVerifier, bearerToken } from '../auth/token.ts';
import { isDatabaseUnavailable } from '../core/database-errors.ts';
import {
  ERROR_MESSAGES,
  Refusal,
  graphqlError,
  maskError,
  refusalToGraphqlError,
} from '../core/errors.ts';
import type { Context } from '../database/context.ts';
import { type HttpHandler, readBody, sendJson } from '../http/serve.ts';

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Apollo Server copies its context value, so the Context is a property of it. */
export interface ApolloContext {
  operation: Context;
}

/**
 * Maps an error to the one that the client gets. A refusal outside a mutation, such as a page size
 * that is too large, is an error of the request. Without a database the client may try again.
 */
export function toClientError(error: GraphQLError): GraphQLError {
  const { originalError: cause } = error;
  const mapped =
    cause instanceof Refusal
      ? refusalToGraphqlError(cause)
      : isDatabaseUnavailable(cause)
        ? graphqlError('UNAVAILABLE', ERROR_MESSAGES.UNAVAILABLE, { retryable: true })
        : undefined;
  if (!mapped) return error;
  return new GraphQLError(mapped.message, {
    nodes: error.nodes,
    path: error.path,
    extensions: mapped.extensions,
  });
}

/**
 * Adds BAD_USER_INPUT to errors of variables, which have no code where graphql-js gives up after
 * fifty of them.
 */
const toInputError = (error: GraphQLError): GraphQLError =>
  error.extensions['code']
    ? error
    : new GraphQLError(error.message, {
        nodes: error.nodes,
        extensions: { code: 'BAD_USER_INPUT' },
      });

/** An Apollo Server with its own executor, without the plugins that would wrap every field. */
export const createApolloServer = (schema: GraphQLSchema): ApolloServer<ApolloContext> =>
  new ApolloServer<ApolloContext>({
    gateway: gatewayOf(schema),
    introspection: true,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ERROR_PLUGIN,
    ],
  });

/** Executes operations and ends their database snapshots. */
function gatewayOf(schema: GraphQLSchema): GatewayInterface {
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
      if (!result.errors) return result as never;
      // Without data nothing was executed: the variables do not match the schema.
      const errors = result.errors.map('data' in result ? toClientError : toInputError);
      return { ...result, errors } as never;
    } finally {
      await operation.endSnapshot();
    }
  };
  return {
    load: async () => ({ executor }),
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    stop: async () => {},
  };
}

/** Logs unexpected errors and masks them in the response. */
const ERROR_PLUGIN: ApolloServerPlugin<ApolloContext> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue }) => {
      for (const error of errors)
        if (!maskError(error, '').isKnown) logUnexpectedError(error, contextValue.operation);
    },
    willSendResponse: async ({ response, contextValue }) => {
      const result =
        response.body.kind === 'single'
          ? (response.body.singleResult as ExecutionResult)
          : undefined;
      if (result?.errors)
        result.errors = result.errors.map(
          (error) => formatClientError(error as never, contextValue.operation.requestId) as never,
        );
    },
  }),
};

export function formatClientError(
  error: GraphQLFormattedError,
  requestId: string,
): GraphQLFormattedError {
  const { isKnown: _, ...formatted } = maskError(error, requestId);
  return formatted;
}

export const logUnexpectedError = (error: GraphQLError, { log, requestId }: Context): void =>
  log.error(
    { requestId, path: error.path?.join('.'), err: error.originalError ?? error },
    'unexpected error',
  );

/** Serves `POST /graphql` to callers with an internal token. */
export function graphqlHandler(
  apollo: ApolloServer<ApolloContext>,
  verifyActor: ActorVerifier,
  contextFor: (actor: Actor, headers: IncomingHttpHeaders) => Context,
): HttpHandler {
  return async (request, response) => {
    const actor = await verifyActor(bearerToken(request.headers.authorization));
    const text = await readBody(request, MAX_BODY_BYTES);
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
    const operation = contextFor(actor, request.headers);
    response.once('close', () => operation.abandon());
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body },
      context: async () => ({ operation }),
    });
    if (result.body.kind !== 'complete') throw new Error('Incremental delivery is not supported.');
    response.writeHead(result.status ?? 200, {
      ...Object.fromEntries(result.headers),
      'content-length': Buffer.byteLength(result.body.string),
    });
    response.end(result.body.string);
  };
}
