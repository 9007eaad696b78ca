import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERROR_MESSAGES, maskError } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import type { Call } from './request-context.ts';

/** Apollo Server gives every validation error one code; a limit keeps the code it was told with. */
const originalCode = (error: unknown): string | undefined => {
  const original = error instanceof GraphQLError ? error.originalError : undefined;
  const code = original instanceof GraphQLError ? original.extensions['code'] : undefined;
  return typeof code === 'string' && code in ERROR_MESSAGES ? code : undefined;
};

/** What a client may read of an error. The request id is filled in by `answers`, which knows it. */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const { serviceName: _, ...extensions } = { ...formatted.extensions };
  const code = originalCode(error);
  const { isKnown: _isKnown, ...shown } = maskError(
    { ...formatted, extensions: { ...extensions, ...(code && { code }) } },
    '',
  );
  if (shown.extensions?.['requestId'] === '') delete shown.extensions['requestId'];
  return shown;
}

/** Completes every answer: the cost, the request id of what went wrong inside, and the status that the client's media type asks for. */
export const answers = (log: Log, costLimit: number): ApolloServerPlugin<Call> => ({
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
        contextValue: { cost, requestId, readsStatus },
        request,
      }) {
        if (response.body.kind !== 'single') return;
        const result = response.body.singleResult;
        if (cost !== undefined)
          result.extensions = { ...result.extensions, cost: { requested: cost, limit: costLimit } };
        if (!result.errors) return;
        for (const { extensions } of result.errors)
          if (extensions?.['code'] === 'INTERNAL') extensions['requestId'] = requestId;
        // In `application/json` the status says only whether there was a GraphQL request; other errors are in the body (GraphQL over HTTP §6.4.1).
        const { status } = response.http;
        if (
          !readsStatus &&
          request.query &&
          status !== undefined &&
          [400, 401, 403, 429, 503].includes(status)
        )
          response.http.status = 200;
      },
    };
  },
});
