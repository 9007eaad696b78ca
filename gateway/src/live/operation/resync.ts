import {
  type ExecutionResult,
  type GraphQLSchema,
  execute,
  getNamedType,
  isObjectType,
} from 'graphql';
import type { Compiled } from './compile.ts';
import type { Asked } from '../engine.ts';
import type { Entry } from '../streams/ring.ts';

/** Why a stream that can be resumed has to be taken up again by its client. */
export type Reason = 'TOO_SLOW' | 'RIGHTS_CHANGED';

export interface Resync {
  reason: Reason;
  /** From where the client goes on. */
  cursor: string | undefined;
  /** The query that reads anew what the stream tells of. */
  anew: string | undefined;
}

/**
 * The message that says so, as the client's own document selects it: nothing is set but `cursor` and `resync`. Undefined where the stream has no
 * word for it.
 */
export function resyncMessage(
  schema: GraphQLSchema,
  asked: Asked & { compiled: Compiled },
  resync: Resync,
): Entry | undefined {
  const { document, request, compiled } = asked;
  const { reason, cursor, anew = '{ __typename }' } = resync;
  const message = getNamedType(schema.getSubscriptionType()!.getFields()[compiled.fieldName]!.type);
  if (cursor === undefined || !isObjectType(message) || !message.getFields()['resync'])
    return undefined;
  const { data, errors } = execute({
    schema,
    document,
    operationName: request.operationName,
    variableValues: request.variables,
    rootValue: { [compiled.fieldName]: { cursor, resync: { reason, from: cursor, query: anew } } },
  }) as ExecutionResult;
  return errors ? undefined : { json: JSON.stringify({ data, extensions: { cursor } }), cursor };
}
