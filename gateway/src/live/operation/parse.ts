import {
  type DocumentNode,
  GraphQLError,
  type OperationDefinitionNode,
  type OperationTypeNode,
  getOperationAST,
  parse,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { graphqlError } from '@deskgraph/common/core/errors';
import type { Variables } from '../../subgraphs/federation.ts';
import { type CompileContext, type CompiledSubscription, compileSubscription } from './compile.ts';

/** A GraphQL request, independent of the transport. */
export interface OperationRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Variables | null | undefined;
}

/** A request whose document is parsed and, for a subscription, also validated and compiled. */
export interface ParsedOperation {
  request: OperationRequest;
  document: DocumentNode;
  kind: `${OperationTypeNode}`;
  /** Set for a subscription. */
  compiled: CompiledSubscription | undefined;
}

export type ParsedSubscription = ParsedOperation & { compiled: CompiledSubscription };

const MAX_COMPILED_SUBSCRIPTIONS = 1000;

/** Parses requests. Compiled subscriptions are cached by document and operation name. */
export class OperationParser {
  readonly #context: CompileContext;
  readonly #compiled = new LRUCache<string, CompiledSubscription>({
    max: MAX_COMPILED_SUBSCRIPTIONS,
  });

  constructor(context: CompileContext) {
    this.#context = context;
  }

  /** @throws AggregateError of everything that is wrong with the request */
  parse(request: OperationRequest): ParsedOperation {
    try {
      return this.#parse(request);
    } catch (error) {
      const errors = error instanceof AggregateError ? (error.errors as GraphQLError[]) : [error];
      throw new AggregateError(errors.map(withCode));
    }
  }

  #parse(request: OperationRequest): ParsedOperation {
    const document = parse(request.query, { maxTokens: this.#context.limits.tokens });
    const operation: OperationDefinitionNode | null | undefined = getOperationAST(
      document,
      request.operationName,
    );
    if (!operation)
      throw graphqlError('BAD_USER_INPUT', 'The document has no operation of this name.');
    const kind = operation.operation;
    if (kind !== 'subscription') return { request, document, kind, compiled: undefined };
    const compiled = this.#compile(request.query, document, operation);
    const errors = compiled.validateVariables(request.variables ?? {});
    if (errors.length > 0) throw new AggregateError(errors);
    return { request, document, kind, compiled };
  }

  #compile(
    source: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): CompiledSubscription {
    const key = `${operation.name?.value ?? ''}\0${source}`;
    let compiled = this.#compiled.get(key);
    if (!compiled) {
      compiled = compileSubscription(this.#context, document, operation);
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }
}

/** Syntax errors of graphql-js have no code. */
const withCode = (error: unknown): unknown =>
  error instanceof GraphQLError && !error.extensions['code']
    ? new GraphQLError(error.message, { ...error, extensions: { code: 'BAD_USER_INPUT' } })
    : error;
