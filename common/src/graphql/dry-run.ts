import { graphqlError } from '../core/errors.ts';
import { retryOnConflict } from './mutation.ts';
import type { Context } from '../database/context.ts';
import { Semaphore } from '../core/semaphore.ts';

/** Rehearsals take no more connections than these from requests. */
const turns = new Semaphore(2);
/** Who asks may hold a connection with what else he reads; he does not wait for another one longer than this, lest all wait for each other. */
const PATIENCE_MS = 5_000;

/**
 * Tries what a verb would do: it is done as by a mutation of the same caller, looked at, and taken back whole. The facts that it would have
 * recorded are in `rehearsed` of the context that it gets.
 */
export const dryRun = <T>(context: Context, verb: (trial: Context) => Promise<T>): Promise<T> =>
  turns.run(() => retryOnConflict(() => attempt(context.fork(), verb)));

function attempt<T>(trial: Context, verb: (trial: Context) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(graphqlError('UNAVAILABLE')), PATIENCE_MS);
    const begun = (): Promise<T> => {
      clearTimeout(late);
      return verb(trial);
    };
    trial.dryRun(begun).then(resolve, reject);
  });
}
