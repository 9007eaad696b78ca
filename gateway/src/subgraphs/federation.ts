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
import { ERROR_MESSAGES } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import type { RequestContext } from '../http/request-context.ts';
import type { Subgraph, SubgraphResponse } from './subgraph.ts';

export interface FederationOptions {
  supergraphSdl: string;
  connect: (name: string, url: string) => Subgraph;
  log: Log;
}

export type Variables = Record<string, unknown>;

/** An event with all fields that its subscription selects. */
export interface CompletedEvent {
  result: GatewayExecutionResult;
  /** Was a subgraph unavailable? */
  isIncomplete: boolean;
}

/** A planned subscription: the operation for the subgraph that owns it, and the other fetches. */
export interface SubscriptionPlan {
  /** The subgraph that owns the root field. */
  subgraph: string;
  query: string;
  operationName: string | undefined;
  /** Names of the variables that `query` uses. */
  variables: readonly string[];
  /** Fetches the fields of an event that other subgraphs own. */
  complete(
    event: SubgraphResponse,
    variables: Variables,
    context: Partial<RequestContext>,
  ): Promise<CompletedEvent>;
}

/** All methods but `gateway.load` need a loaded gateway. */
export interface Federation {
  /** Executes queries and mutations for Apollo Server. */
  gateway: GatewayInterface;
  /** The schema that clients see. */
  schema(): GraphQLSchema;
  /** Plans a valid subscription. */
  plan(document: DocumentNode): SubscriptionPlan;
  /** Names of the fields that return the caller's own data (`@personal`). */
  personalFields(): ReadonlySet<string>;
}

/**
 * Reports a null in a non-null position as a NOT_FOUND error; the executor reports it only as an
 * extension. It happens when one service references an entity that its owner does not find for the
 * caller.
 */
function withCompletionErrors({
  extensions,
  ...result
}: GatewayExecutionResult): GatewayExecutionResult {
  if (!extensions) return result;
  const { valueCompletion, ...otherExtensions } = extensions as {
    valueCompletion?: GraphQLError[];
  };
  const errors = [
    ...(result.errors ?? []),
    ...(valueCompletion ?? []).map(
      ({ path }) =>
        new GraphQLError(ERROR_MESSAGES.NOT_FOUND, { path, extensions: { code: 'NOT_FOUND' } }),
    ),
  ];
  return {
    ...result,
    ...(errors.length > 0 && { errors }),
    ...(Object.keys(otherExtensions).length > 0 && { extensions: otherExtensions }),
  };
}

const isUnavailable = ({ errors }: SubgraphResponse): boolean =>
  errors?.some(({ extensions }) => extensions?.['code'] === 'UNAVAILABLE') ?? false;

const createLogger = (log: Log) => ({
  debug: () => {},
  info: (message: unknown) => log.debug(String(message)),
  warn: (message: unknown) => log.warn(String(message)),
  error: (message: unknown) => log.error(String(message)),
});

/** The state of a loaded gateway. */
interface LoadedGateway {
  schema: GraphQLSchema;
  planner: QueryPlanner;
}

/**
 * Plans and executes operations over the subgraphs. Only this file uses @apollo/gateway and its
 * internals (Elastic License 2.0), so that another engine can replace it.
 */
export function createFederation({ supergraphSdl, connect, log }: FederationOptions): Federation {
  const subgraphs = new Map<string, Subgraph>();
  const logger = createLogger(log);
  let loaded: LoadedGateway | undefined;
  const loadedGateway = (): LoadedGateway => {
    if (!loaded) throw new Error('The gateway is not loaded.');
    return loaded;
  };
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url }) => {
      const subgraph = connect(name, url ?? '');
      subgraphs.set(name, subgraph);
      return subgraph;
    },
    __exposeQueryPlanExperimental: false,
    logger,
  });

  return {
    plan: (document) => planSubscription(document, { ...loadedGateway(), subgraphs, logger }),
    personalFields() {
      const directive = loadedGateway().planner.supergraph.schema.directive('personal');
      return new Set(
        Array.from(
          directive?.applications() ?? [],
          ({ parent }) => (parent as FieldDefinition<CompositeType>).name,
        ),
      );
    },
    schema: () => loadedGateway().schema,
    gateway: {
      async load(options) {
        const { schema, executor } = await gateway.load(options);
        if (!executor) throw new Error('The gateway loaded no executor.');
        loaded = { schema, planner: new QueryPlanner(Supergraph.build(supergraphSdl)) };
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

interface PlanOptions extends LoadedGateway {
  subgraphs: ReadonlyMap<string, Subgraph>;
  logger: ReturnType<typeof createLogger>;
}

/**
 * Plans a subscription as the fetch from its owner followed by the other fetches. Each event is
 * executed as a query plan in which the event replaces the response of the owner, so that the
 * result equals that of a query with the same selection.
 */
function planSubscription(
  document: DocumentNode,
  { schema, planner, subgraphs, logger }: PlanOptions,
): SubscriptionPlan {
  const { supergraph } = planner;
  const apiSchema = supergraph.apiSchema();
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  const { node } = planner.buildQueryPlan(operationFromDocument(apiSchema, document));
  if (node?.kind !== 'Subscription') throw new Error('The operation is not a subscription.');
  const { primary } = node;
  const queryPlan = sequencePlan(primary, node.rest as PlanNode | undefined);
  const operationContext = buildOperationContext({ schema, operationDocument: document });
  const source = print(document);
  return {
    subgraph: primary.serviceName,
    query: primary.operation,
    operationName: primary.operationName,
    variables: primary.variableUsages ?? [],
    async complete(event, variables, context) {
      const fetcher = new EventFetcher(primary.serviceName, event);
      const requestContext = {
        request: { query: source, variables },
        document,
        source,
        context,
        metrics: {},
        logger,
      };
      const result = await executeQueryPlan(
        queryPlan,
        fetcher.services(subgraphs),
        requestContext as unknown as GatewayGraphQLRequestContext,
        operationContext,
        supergraphSchema,
        apiSchema,
      );
      return { result: withCompletionErrors(result), isIncomplete: fetcher.isIncomplete };
    },
  };
}

const sequencePlan = (first: PlanNode, rest: PlanNode | undefined): QueryPlan => ({
  kind: 'QueryPlan',
  node: rest
    ? { kind: 'Sequence', nodes: [first, ...(rest.kind === 'Sequence' ? rest.nodes : [rest])] }
    : first,
});

/** Answers the first fetch from the owner with the event and sends all others to the subgraphs. */
class EventFetcher {
  isIncomplete = false;
  #isEventUsed = false;
  readonly #owner: string;
  readonly #event: SubgraphResponse;

  constructor(owner: string, event: SubgraphResponse) {
    this.#owner = owner;
    this.#event = event;
  }

  services(subgraphs: ReadonlyMap<string, Subgraph>): ServiceMap {
    const services: ServiceMap = {};
    for (const [name, subgraph] of subgraphs)
      services[name] = {
        process: (request) =>
          this.#process(name, subgraph, request as Parameters<Subgraph['process']>[0]),
      };
    return services;
  }

  async #process(
    name: string,
    subgraph: Subgraph,
    request: Parameters<Subgraph['process']>[0],
  ): Promise<SubgraphResponse> {
    if (!this.#isEventUsed && name === this.#owner) {
      this.#isEventUsed = true;
      return this.#event;
    }
    const response = await subgraph.process(request);
    this.isIncomplete ||= isUnavailable(response);
    return response;
  }
}
