import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERROR_MESSAGES, maskError } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import type { RequestContext } from './request-context.ts';

/**
 * The code that a validation rule has reported. Apollo Server replaces the code of every validation
 * error by its own; an exceeded limit keeps COST_EXCEEDED.
 */
const originalCode = (error: unknown): string | undefined => {
  const original = error instanceof GraphQLError ? error.originalError : undefined;
  const code = original instanceof GraphQLError ? original.extensions['code'] : undefined;
  return typeof code === 'string' && code in ERROR_MESSAGES ? code : undefined;
};

/** The part of an error that a client may read, still without the request id. */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const { serviceName: _, ...extensions } = { ...formatted.extensions };
  const code = originalCode(error);
  const { isKnown: _isKnown, ...clientError } = maskError(
    { ...formatted, extensions: { ...extensions, ...(code && { code }) } },
    '',
  );
  if (clientError.extensions?.['requestId'] === '') delete clientError.extensions['requestId'];
  return clientError;
}

const REFUSAL_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 429, 503]);

/**
 * Logs internal errors and completes every response: the cost, the request id of internal errors,
 * and the HTTP status for the media type that the client accepts.
 */
export const responsePlugin = (
  log: Log,
  costLimit: number,
): ApolloServerPlugin<RequestContext> => ({
  async contextCreationDidFail({ error }) {
    log.error({ err: error }, 'masked error');
  },
  async unexpectedErrorProcessingRequest({ error, requestContext }) {
    log.error({ err: error, requestId: requestContext.contextValue.requestId }, 'masked error');
  },
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue: { requestId }, operationName }) {
        for (const error of errors)
          if (!maskError(error.toJSON(), requestId).isKnown)
            log.error(
              { err: error.originalError ?? error, path: error.path, requestId, operationName },
              'masked error',
            );
      },
      async willSendResponse({
        response,
        contextValue: { cost, requestId, readsHttpStatus },
        request,
      }) {
        if (response.body.kind !== 'single') return;
        const result = response.body.singleResult;
        if (cost !== undefined)
          result.extensions = { ...result.extensions, cost: { requested: cost, limit: costLimit } };
        if (!result.errors) return;
        for (const { extensions } of result.errors)
          if (extensions?.['code'] === 'INTERNAL') extensions['requestId'] = requestId;
        // With `application/json` every well-formed GraphQL request gets 200; its errors are in the
        // body (GraphQL over HTTP, section 6.4.1).
        if (!readsHttpStatus && request.query && REFUSAL_STATUSES.has(response.http.status ?? 200))
          response.http.status = 200;
      },
    };
  },
});
