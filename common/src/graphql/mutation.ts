import { isConcurrencyConflict } from '../core/database-errors.ts';
import { Refusal, graphqlError } from '../core/errors.ts';
import { Semaphore } from '../core/semaphore.ts';
import type { Context } from '../database/context.ts';
import { type IdempotentInput, runIdempotent } from './idempotency.ts';

/**
 * Runs a mutation field in one transaction. A refusal becomes the `userErrors` of the payload, and
 * nothing is changed. With an `idempotencyKey`, repeating the call returns the first result.
 */
export async function runMutation(
  ctx: Context,
  operation: string,
  input: IdempotentInput,
  resolve: () => unknown,
): Promise<unknown> {
  try {
    return await retryOnConflict(() =>
      typeof input.idempotencyKey === 'string'
        ? runIdempotent(ctx, operation, input, resolve)
        : ctx.write(async () => resolve()),
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...error.payload, userErrors: error.errors };
  }
}

const MAX_ATTEMPTS = 4;

/**
 * Thrown by a mutation that must wait for something outside the database. Its transaction is rolled
 * back, which frees the connection, and it runs again once `ready` has resolved.
 */
export class RetryWhenReady extends Error {
  constructor(readonly ready: () => Promise<unknown>) {
    super('must wait');
  }
}

/** Runs a transaction again that was rolled back by a conflict or a RetryWhenReady. */
export async function retryOnConflict<T>(
  work: () => Promise<T>,
  attempts = MAX_ATTEMPTS,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRetryable = error instanceof RetryWhenReady || isConcurrencyConflict(error);
    if (attempts <= 1 || !isRetryable) throw error;
    if (error instanceof RetryWhenReady) await error.ready();
    return retryOnConflict(work, attempts - 1);
  }
}

/** Dry runs use at most this many connections; the others are left to requests. */
const MAX_DRY_RUNS = 2;
const dryRuns = new Semaphore(MAX_DRY_RUNS);
/**
 * Maximum wait for the second connection. The caller may already hold one, so an unbounded wait
 * could deadlock the pool.
 */
const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * Runs a mutation of the same caller and rolls it back. Inside `work`, the events that it would
 * append are in `trial.dryRunEvents`.
 *
 * @example
 * const events = await dryRun(ctx, async (trial) => {
 *   await undoOperation(trial, id);
 *   return trial.dryRunEvents;
 * });
 */
export const dryRun = <T>(ctx: Context, work: (trial: Context) => Promise<T>): Promise<T> =>
  dryRuns.run(() => retryOnConflict(() => attemptDryRun(ctx.fork(), work)));

function attemptDryRun<T>(trial: Context, work: (trial: Context) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(graphqlError('UNAVAILABLE')), CONNECTION_TIMEOUT_MS);
    const connected = (): Promise<T> => {
      clearTimeout(timer);
      return work(trial);
    };
    trial.dryRun(connected).then(resolve, reject);
  });
}
