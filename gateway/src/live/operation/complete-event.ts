import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { maskError } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import { formatError } from '../../http/response-plugin.ts';
import { type Call, Patience } from '../../http/request-context.ts';
import type { Variables } from '../../subgraphs/federation.ts';
import { cleaned } from '../../subgraphs/subgraph.ts';
import type { Compiled } from './compile.ts';
import type { Memo } from '../streams/ttl-cache.ts';
import type { Scope } from '../streams/scope.ts';
import type { Pushed } from '../streams/upstream.ts';

export interface RenderOptions {
  log: Log;
  /** Of all streams. */
  memo: Memo;
  /** Milliseconds that the fetches of one event may take. */
  patienceMs: number;
  /** Milliseconds that an event waits for a subgraph that does not answer, before it goes out with holes. */
  completeMs: number;
}

/** Errors as a client may read them; what is not known outside is logged with the id that the client gets. */
export function shownErrors(
  errors: readonly (GraphQLError | GraphQLFormattedError)[],
  requestId: string,
  log: Log,
): GraphQLFormattedError[] {
  return errors.map((error) => {
    const formatted = error instanceof GraphQLError ? error.toJSON() : error;
    if (!maskError(formatted, requestId).isKnown)
      log.error({ err: error, path: error.path, requestId }, 'masked error');
    const shown = formatError(formatted, error);
    return shown.extensions?.['code'] === 'INTERNAL'
      ? { ...shown, extensions: { ...shown.extensions, requestId } }
      : shown;
  });
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * Makes the answers of one stream. While a subgraph is away for a moment its events wait for it, as reads can be repeated; once one of them
 * has waited in vain the next go out with holes at once, until the subgraph answers again.
 */
export function renderer(
  compiled: Compiled,
  variables: Variables,
  scope: Scope,
  options: RenderOptions,
) {
  const { plan, responseName } = compiled;
  const { log, memo, patienceMs, completeMs } = options;
  const key = `${compiled.answers(variables)}\0${scope.key}\0`;
  let isPatient = true;

  const complete = async (pushed: Pushed, requestId: string) => {
    const authorization = await scope.authorization();
    const headers = ['content-type', 'application/json', 'x-request-id', requestId];
    if (authorization) headers.push('authorization', authorization);
    if (scope.language !== undefined) headers.push('accept-language', scope.language);
    const patience = new Patience(patienceMs, patienceMs);
    const context: Partial<Call> = { requestId, headers, patience };
    const errors = pushed.errors?.map((error) =>
      cleaned(error.path ? error : { ...error, path: [responseName] }),
    );
    // The executor writes into what it is given.
    const event = { data: structuredClone(pushed.data ?? null), ...(errors && { errors }) };
    try {
      return await plan.complete(event, variables, context);
    } finally {
      patience.end(true);
    }
  };

  const render = async (pushed: Pushed): Promise<string> => {
    const requestId = newId('req');
    const cursor = pushed.extensions?.cursor;
    const extensions = cursor === undefined ? undefined : { cursor };
    try {
      const until = performance.now() + completeMs;
      let completed = await complete(pushed, requestId);
      for (
        let wait = FIRST_WAIT_MS;
        completed.missed && isPatient;
        wait = Math.min(2 * wait, LONGEST_WAIT_MS)
      ) {
        if (performance.now() + wait > until) {
          isPatient = false;
          break;
        }
        await sleep(wait, undefined, { ref: false });
        completed = await complete(pushed, requestId);
      }
      if (!completed.missed) isPatient = true;
      const { data, errors } = completed.result;
      return JSON.stringify({
        data,
        ...(errors?.length && { errors: shownErrors(errors, requestId, log) }),
        extensions,
      });
    } catch (error) {
      log.error({ err: error, requestId }, 'an event could not be completed');
      const masking = { message: '', extensions: { code: 'INTERNAL' } };
      const { isKnown: _, ...shown } = maskError(masking, requestId);
      return JSON.stringify({ data: null, errors: [shown], extensions });
    }
  };

  /** Streams that only want other events are told of one event in the same words. */
  return (pushed: Pushed): Promise<string> =>
    memo.get(key + JSON.stringify(pushed), () => render(pushed));
}
