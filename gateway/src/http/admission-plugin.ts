import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type ErrorCode, graphqlError } from '@deskgraph/common/core/errors';
import type { RequestContext } from './request-context.ts';
import { type CostFunction, compileCost } from '../limits/cost.ts';
import { type Limits, exceededVariableLimit } from '../limits/limits.ts';

const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  THROTTLED: 429,
  UNAVAILABLE: 503,
};

/** The HTTP status of a refused request; 400 for codes without a status of their own. */
export const httpStatusOf = ({ extensions: { code, reason } }: GraphQLError): number =>
  reason === 'NOT_ACCEPTABLE' ? 406 : (HTTP_STATUS[code as ErrorCode] ?? 400);

/** Adds the HTTP status to an error that refuses the whole request. */
const withHttpStatus = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    extensions: { ...error.extensions, http: { status: httpStatusOf(error) } },
  });

const STREAM_REQUIRED =
  'The result of a subscription is a stream: accept `text/event-stream` or `multipart/mixed;subscriptionSpec="1.0"`, or open a WebSocket.';

type Request = GraphQLRequestContextDidResolveOperation<RequestContext>;

interface ResolvedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** Does a root field of the operation, also one in a fragment, satisfy the predicate? */
function hasRootField(
  { document, operation }: ResolvedOperation,
  predicate: (fieldName: string) => boolean,
): boolean {
  const visitedFragments = new Set<string>();
  const visit = (selectionSet: SelectionSetNode): boolean =>
    selectionSet.selections.some((node) => {
      if (node.kind === Kind.FIELD) return predicate(node.name.value);
      if (node.kind === Kind.INLINE_FRAGMENT) return visit(node.selectionSet);
      if (visitedFragments.has(node.name.value)) return false;
      visitedFragments.add(node.name.value);
      const fragment = document.definitions.find(
        (definition) =>
          definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION && visit(fragment.selectionSet);
    });
  return visit(operation.selectionSet);
}

/** Introspection needs authentication like data. */
const needsAuthentication = (fieldName: string): boolean => fieldName !== '__typename';

/** The dry run of a mutation is a query named after it, such as `ticketMergePreview`. */
const isDryRunField = (fieldName: string): boolean => fieldName.endsWith('Preview');

/**
 * Checks everything that depends on the caller or the variables. These checks run for each request,
 * because Apollo Server caches validated documents regardless of the caller.
 */
export function admissionPlugin(
  limits: Limits,
  isAuthenticated: boolean,
): ApolloServerPlugin<RequestContext> {
  const costFunctions = new WeakMap<OperationDefinitionNode, CostFunction>();
  const costFunctionOf = ({ schema, document, operation }: ResolvedOperation): CostFunction => {
    const cached = costFunctions.get(operation);
    if (cached) return cached;
    const costFunction = compileCost(schema, document, operation);
    costFunctions.set(operation, costFunction);
    return costFunction;
  };

  const check = ({
    schema,
    document,
    operation,
    request,
    contextValue: ctx,
  }: Request): GraphQLError | undefined => {
    if (ctx.refusal) return ctx.refusal;
    if (!operation)
      return graphqlError('BAD_USER_INPUT', 'The document has no operation of this name.');
    const resolved = { schema, document, operation };
    if (isAuthenticated && !ctx.caller && hasRootField(resolved, needsAuthentication))
      return graphqlError('UNAUTHENTICATED');
    if (operation.operation === 'subscription')
      return graphqlError('BAD_USER_INPUT', STREAM_REQUIRED, { reason: 'NOT_ACCEPTABLE' });
    const variables = request.variables ?? {};
    const exceededLimit = exceededVariableLimit(variables, limits);
    if (exceededLimit) return graphqlError('COST_EXCEEDED', exceededLimit);
    if (limits.cost !== Infinity) {
      ctx.cost = costFunctionOf(resolved)(variables);
      if (ctx.cost > limits.cost)
        return graphqlError(
          'COST_EXCEEDED',
          `The result may hold ${ctx.cost} objects; ${limits.cost} are allowed. Request smaller pages.`,
        );
    }
    ctx.deadline.isMutation = operation.operation === 'mutation';
    ctx.deadline.isDryRun = hasRootField(resolved, isDryRunField);
    return undefined;
  };

  return {
    async requestDidStart() {
      return {
        async didResolveOperation(request) {
          const error = check(request);
          if (error) throw withHttpStatus(error);
        },
      };
    },
  };
}
