import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { maskError } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import { formatError } from '../../http/response-plugin.ts';
import { Deadline, type RequestContext } from '../../http/request-context.ts';
import type { Variables } from '../../subgraphs/federation.ts';
import { stripInternals } from '../../subgraphs/subgraph.ts';
import type { Scope } from '../streams/scope.ts';
import type { SubgraphMessage } from '../streams/upstream.ts';
import type { CompiledSubscription } from './compile.ts';

/** Rendered events of all streams; several streams often need the same one at the same time. */
export type RenderCache = LRUCache<string, Promise<string>>;

const RENDERED_TTL_MS = 250;
const MAX_RENDERED_EVENTS = 10_000;

export const createRenderCache = (): RenderCache =>
  new LRUCache({ max: MAX_RENDERED_EVENTS, ttl: RENDERED_TTL_MS, ttlAutopurge: true });

export interface RendererOptions {
  compiled: CompiledSubscription;
  variables: Variables;
  scope: Scope;
  log: Log;
  cache: RenderCache;
  /** Time for the fetches of one event. */
  fetchTimeoutMs: number;
  /** Time that an event waits for an unavailable subgraph before it is sent incomplete. */
  completionTimeoutMs: number;
}

/** Errors as a client may see them. Internal ones are logged with the request id that it gets. */
export function toClientErrors(
  errors: readonly (GraphQLError | GraphQLFormattedError)[],
  requestId: string,
  log: Log,
): GraphQLFormattedError[] {
  return errors.map((error) => {
    const formatted = error instanceof GraphQLError ? error.toJSON() : error;
    if (!maskError(formatted, requestId).isKnown)
      log.error({ err: error, path: error.path, requestId }, 'masked error');
    const clientError = formatError(formatted, error);
    return clientError.extensions?.['code'] === 'INTERNAL'
      ? { ...clientError, extensions: { ...clientError.extensions, requestId } }
      : clientError;
  });
}

const MIN_RETRY_DELAY_MS = 50;
const MAX_RETRY_DELAY_MS = 1_000;

/**
 * Renders the events of one stream as GraphQL results: completes each with the fields of other
 * subgraphs and serializes it. Reads can be repeated, so an event waits for a subgraph that is
 * unavailable for a moment. Once an event has waited in vain, the next ones are sent incomplete
 * without waiting, until the subgraph answers again.
 */
export class EventRenderer {
  readonly #options: RendererOptions;
  readonly #cacheKeyPrefix: string;
  #mayRetry = true;

  constructor(options: RendererOptions) {
    const { compiled, variables, scope } = options;
    this.#options = options;
    this.#cacheKeyPrefix = `${compiled.renderKey(variables)}\0${scope.key}\0`;
  }

  /**
   * The JSON of the result; never rejects. Streams that differ only in the events they select
   * share the result of the same event.
   */
  render(message: SubgraphMessage): Promise<string> {
    const { cache } = this.#options;
    const key = this.#cacheKeyPrefix + JSON.stringify(message);
    const cached = cache.get(key);
    if (cached) return cached;
    const rendering = this.#render(message);
    // Pending results do not expire; the TTL counts from completion.
    cache.set(key, rendering, { ttl: 0 });
    void rendering.finally(() => cache.set(key, rendering));
    return rendering;
  }

  async #render(message: SubgraphMessage): Promise<string> {
    const { log } = this.#options;
    const requestId = newId('req');
    const cursor = message.extensions?.cursor;
    const extensions = cursor === undefined ? undefined : { cursor };
    try {
      const { data, errors } = await this.#completeWithRetry(message, requestId);
      return JSON.stringify({
        data,
        ...(errors?.length && { errors: toClientErrors(errors, requestId, log) }),
        extensions,
      });
    } catch (error) {
      log.error({ err: error, requestId }, 'event completion failed');
      const internal = { message: '', extensions: { code: 'INTERNAL' } };
      const { isKnown: _, ...masked } = maskError(internal, requestId);
      return JSON.stringify({ data: null, errors: [masked], extensions });
    }
  }

  async #completeWithRetry(message: SubgraphMessage, requestId: string) {
    const deadline = performance.now() + this.#options.completionTimeoutMs;
    let completed = await this.#complete(message, requestId);
    let delay = MIN_RETRY_DELAY_MS;
    while (completed.isIncomplete && this.#mayRetry) {
      if (performance.now() + delay > deadline) {
        this.#mayRetry = false;
        break;
      }
      await sleep(delay, undefined, { ref: false });
      completed = await this.#complete(message, requestId);
      delay = Math.min(2 * delay, MAX_RETRY_DELAY_MS);
    }
    if (!completed.isIncomplete) this.#mayRetry = true;
    return completed.result;
  }

  async #complete(message: SubgraphMessage, requestId: string) {
    const { compiled, variables, scope, fetchTimeoutMs } = this.#options;
    const authorization = await scope.authorization();
    const headers = ['content-type', 'application/json', 'x-request-id', requestId];
    if (authorization) headers.push('authorization', authorization);
    if (scope.language !== undefined) headers.push('accept-language', scope.language);
    const deadline = new Deadline(fetchTimeoutMs, fetchTimeoutMs);
    const context: Partial<RequestContext> = { requestId, headers, deadline };
    const errors = message.errors?.map((error) =>
      stripInternals(error.path ? error : { ...error, path: [compiled.responseName] }),
    );
    // The query plan executor modifies its input; other streams may share the message.
    const event = { data: structuredClone(message.data ?? null), ...(errors && { errors }) };
    try {
      return await compiled.plan.complete(event, variables, context);
    } finally {
      deadline.end(true);
    }
  }
}
