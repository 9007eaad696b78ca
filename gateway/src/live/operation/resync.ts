import {
  type ExecutionResult,
  type GraphQLSchema,
  execute,
  getNamedType,
  isObjectType,
} from 'graphql';
import type { RenderedEvent } from '../streams/ring.ts';
import type { ParsedSubscription } from './parse.ts';

/** Why the client of a resumable stream has to subscribe again. */
export type ResyncReason = 'TOO_SLOW' | 'RIGHTS_CHANGED';

export interface Resync {
  reason: ResyncReason;
  /** The cursor from which the client continues. */
  cursor: string | undefined;
  /** The query that reads the current state of the streamed data. */
  resyncQuery: string | undefined;
}

/**
 * The last message of a stream, with the client's own selection; only `cursor` and `resync` are
 * set. Undefined when the stream's message type has no field `resync`, or there is no cursor yet.
 */
export function resyncMessage(
  schema: GraphQLSchema,
  { document, request, compiled }: ParsedSubscription,
  { reason, cursor, resyncQuery = '{ __typename }' }: Resync,
): RenderedEvent | undefined {
  const messageType = getNamedType(
    schema.getSubscriptionType()!.getFields()[compiled.fieldName]!.type,
  );
  if (cursor === undefined || !isObjectType(messageType) || !messageType.getFields()['resync'])
    return undefined;
  const resync = { reason, from: cursor, query: resyncQuery };
  const { data, errors } = execute({
    schema,
    document,
    operationName: request.operationName,
    variableValues: request.variables,
    rootValue: { [compiled.fieldName]: { cursor, resync } },
  }) as ExecutionResult;
  return errors ? undefined : { json: JSON.stringify({ data, extensions: { cursor } }), cursor };
}
