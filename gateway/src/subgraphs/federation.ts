import '../disable-telemetry.ts';
import {
  type CompositeType,
  type FieldDefinition,
  Supergraph,
  operationFromDocument,
} from '@apollo/federation-internals';
import {
  ApolloGateway,
  type ServiceMap,
  buildOperationContext,
  executeQueryPlan,
} from '@apollo/gateway';
import { type PlanNode, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import { type DocumentNode, GraphQLError, type GraphQLSchema, print } from 'graphql';
import { FAULTS } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import type { Call } from '../http/request-context.ts';
import type { Answer, Subgraph } from './subgraph.ts';

export interface FederationOptions {
  supergraphSdl: string;
  /** Makes the connection to one subgraph. */
  reach: (name: string, url: string) => Subgraph;
  log: Log;
}

export type Variables = Record<string, unknown>;

/** An event with everything that its subscription selects. */
export interface Completed {
  result: GatewayExecutionResult;
  /** Did a subgraph that was asked for more not answer? */
  missed: boolean;
}

/** A subscription, planned: what its owner is subscribed to, and how each of its events is completed by the others. */
export interface LivePlan {
  /** The subgraph that owns the root field. */
  subgraph: string;
  query: string;
  operationName: string | undefined;
  /** Variables that the owner's part uses. */
  variables: readonly string[];
  complete(event: Answer, variables: Variables, context: Partial<Call>): Promise<Completed>;
}

export interface Federation {
  /** For Apollo Server: queries and mutations. */
  gateway: GatewayInterface;
  /** What clients see; the gateway has to be loaded. */
  schema(): GraphQLSchema;
  /** Plans a valid subscription; the gateway has to be loaded. */
  plan(document: DocumentNode): LivePlan;
  /** Names of the fields that answer each caller with what is his own (`@personal`); the gateway has to be loaded. */
  personal(): ReadonlySet<string>;
}

/**
 * A null where the schema allows none is told as a hint only; a client has to see it as an error. It comes of a thing that one service names
 * and its owner does not find for the caller.
 */
function withCompletionErrors({
  extensions,
  ...result
}: GatewayExecutionResult): GatewayExecutionResult {
  if (!extensions) return result;
  const { valueCompletion, ...others } = extensions as { valueCompletion?: GraphQLError[] };
  const errors = [
    ...(result.errors ?? []),
    ...(valueCompletion ?? []).map(
      ({ path }) => new GraphQLError(FAULTS.NOT_FOUND, { path, extensions: { code: 'NOT_FOUND' } }),
    ),
  ];
  return {
    ...result,
    ...(errors.length > 0 && { errors }),
    ...(Object.keys(others).length > 0 && { extensions: others }),
  };
}

/**
 * Plans and runs operations over the subgraphs. The only file that knows @apollo/gateway and what it stands on (Elastic License 2.0), so that
 * another engine could take its place.
 */
export function federate({ supergraphSdl, reach, log }: FederationOptions): Federation {
  const subgraphs = new Map<string, Subgraph>();
  let apiSchema: GraphQLSchema | undefined;
  let planner: QueryPlanner | undefined;
  const quiet = {
    debug: () => {},
    info: (message: unknown) => log.debug(String(message)),
    warn: (message: unknown) => log.warn(String(message)),
    error: (message: unknown) => log.error(String(message)),
  };
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url }) => {
      const subgraph = reach(name, url ?? '');
      subgraphs.set(name, subgraph);
      return subgraph;
    },
    __exposeQueryPlanExperimental: false,
    logger: quiet,
  });
  /**
   * The plan of a subscription is its owner's fetch and the rest; run as a sequence in which the event stands for the owner's answer, so that
   * what comes out is what the same selection of a query answers.
   */
  const plan = (document: DocumentNode): LivePlan => {
    if (!apiSchema || !planner) throw new Error('The gateway is not loaded.');
    const supergraph = planner.supergraph;
    const schemas = {
      outside: supergraph.apiSchema(),
      whole: supergraph.schema.toGraphQLJSSchema(),
    };
    const { node } = planner.buildQueryPlan(operationFromDocument(schemas.outside, document));
    if (node?.kind !== 'Subscription') throw new Error('This is not a subscription.');
    const { primary } = node;
    const rest = node.rest as PlanNode | undefined;
    const queryPlan: QueryPlan = {
      kind: 'QueryPlan',
      node: rest
        ? {
            kind: 'Sequence',
            nodes: [primary, ...(rest.kind === 'Sequence' ? rest.nodes : [rest])],
          }
        : primary,
    };
    const operationContext = buildOperationContext({
      schema: apiSchema,
      operationDocument: document,
    });
    const source = print(document);
    return {
      subgraph: primary.serviceName,
      query: primary.operation,
      operationName: primary.operationName,
      variables: primary.variableUsages ?? [],
      async complete(event, variables, context) {
        let missed = false;
        let isFirst = true;
        const services: ServiceMap = {};
        for (const [name, subgraph] of subgraphs)
          services[name] = {
            async process(fetch) {
              if (isFirst && name === primary.serviceName) {
                isFirst = false;
                return event;
              }
              const answer = await subgraph.process(fetch as Parameters<Subgraph['process']>[0]);
              missed ||=
                answer.errors?.some(({ extensions }) => extensions?.['code'] === 'UNAVAILABLE') ??
                false;
              return answer;
            },
          };
        const request = {
          request: { query: source, variables },
          document,
          source,
          context,
          metrics: {},
          logger: quiet,
        };
        const result = await executeQueryPlan(
          queryPlan,
          services,
          request as unknown as GatewayGraphQLRequestContext,
          operationContext,
          schemas.whole,
          schemas.outside,
        );
        return { result: withCompletionErrors(result), missed };
      },
    };
  };

  return {
    plan,
    personal() {
      const marked = planner?.supergraph.schema.directive('personal')?.applications() ?? [];
      return new Set(
        Array.from(marked, ({ parent }) => (parent as FieldDefinition<CompositeType>).name),
      );
    },
    schema() {
      if (!apiSchema) throw new Error('The gateway is not loaded.');
      return apiSchema;
    },
    gateway: {
      async load(options) {
        const { schema, executor } = await gateway.load(options);
        if (!executor) throw new Error('The gateway loaded no executor.');
        apiSchema = schema;
        planner = new QueryPlanner(Supergraph.build(supergraphSdl));
        return {
          schema,
          executor: async (request) => withCompletionErrors(await executor(request)),
        };
      },
      onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
      stop: () => gateway.stop(),
    },
  };
}
