import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type FaultCode, fault } from '@deskgraph/common/core/errors';
import type { Call } from './request-context.ts';
import { type Cost, costOf } from '../limits/cost.ts';
import { type Limits, excessOfVariables } from '../limits/limits.ts';

/** By the code of a fault; 400 for all others. */
const STATUS: Partial<Record<FaultCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  THROTTLED: 429,
  UNAVAILABLE: 503,
};

export const statusOf = ({ extensions: { code, reason } }: GraphQLError): number =>
  reason === 'NOT_ACCEPTABLE' ? 406 : (STATUS[code as FaultCode] ?? 400);

/** A fault of the whole request, with the HTTP status for clients that read it. */
const refused = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    extensions: { ...error.extensions, http: { status: statusOf(error) } },
  });

const NEEDS_STREAM =
  'A subscription is answered by a stream: accept `text/event-stream` or `multipart/mixed;subscriptionSpec="1.0"`, or open a WebSocket.';

type Request = GraphQLRequestContextDidResolveOperation<Call>;

interface Resolved {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** Is there a field at the root of which it holds? Fragments are looked into. */
function asks({ document, operation }: Resolved, holds: (field: string) => boolean): boolean {
  const seen = new Set<string>();
  const touches = (set: SelectionSetNode): boolean =>
    set.selections.some((node) => {
      if (node.kind === Kind.FIELD) return holds(node.name.value);
      if (node.kind === Kind.INLINE_FRAGMENT) return touches(node.selectionSet);
      if (seen.has(node.name.value)) return false;
      seen.add(node.name.value);
      const fragment = document.definitions.find(
        (part) => part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === node.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION && touches(fragment.selectionSet);
    });
  return touches(operation.selectionSet);
}

/** Introspection counts as data. */
const isData = (field: string): boolean => field !== '__typename';
/** In this graph the query that tries a mutation is named after it. */
const isRehearsal = (field: string): boolean => field.endsWith('Preview');

/**
 * Everything that depends on the caller or the variables is decided here, for each request anew: Apollo Server keeps documents that passed
 * validation, whoever sent them.
 */
export function admission(limits: Limits, needsSignIn: boolean): ApolloServerPlugin<Call> {
  const costs = new WeakMap<OperationDefinitionNode, Cost>();
  const costFor = ({ schema, document, operation }: Resolved): Cost => {
    const known = costs.get(operation);
    if (known) return known;
    const cost = costOf(schema, document, operation);
    costs.set(operation, cost);
    return cost;
  };

  const check = ({
    schema,
    document,
    operation,
    request,
    contextValue: call,
  }: Request): GraphQLError | undefined => {
    if (call.refusal) return call.refusal;
    if (!operation) return fault('BAD_USER_INPUT', 'The document has no operation of this name.');
    const resolved = { schema, document, operation };
    if (needsSignIn && !call.caller && asks(resolved, isData)) return fault('UNAUTHENTICATED');
    if (operation.operation === 'subscription')
      return fault('BAD_USER_INPUT', NEEDS_STREAM, { reason: 'NOT_ACCEPTABLE' });
    const variables = request.variables ?? {};
    const excess = excessOfVariables(variables, limits);
    if (excess) return fault('COST_EXCEEDED', excess);
    if (limits.cost !== Infinity) {
      call.cost = costFor(resolved)(variables);
      if (call.cost > limits.cost)
        return fault(
          'COST_EXCEEDED',
          `The query may bring ${call.cost} objects; ${limits.cost} are allowed. Ask for smaller pages.`,
        );
    }
    call.patience.writes = operation.operation === 'mutation';
    call.patience.rehearses = asks(resolved, isRehearsal);
    return undefined;
  };

  return {
    async requestDidStart() {
      return {
        async didResolveOperation(request) {
          const refusal = check(request);
          if (refusal) throw refused(refusal);
        },
      };
    },
  };
}
