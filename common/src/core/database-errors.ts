import { setTimeout as sleep } from 'node:timers/promises';

interface ErrorLike {
  code?: unknown;
  message?: string;
  cause?: unknown;
  originalError?: unknown;
}

/**
 * The SQLSTATE (PostgreSQL, appendix A) or system error code of an error or of its innermost cause;
 * empty when there is none.
 */
const errorCode = (error: unknown): string => {
  const { code, cause, originalError } = (error ?? {}) as ErrorLike;
  if (typeof code === 'string') return code;
  return cause || originalError ? errorCode(cause ?? originalError) : '';
};

const errorMessages = (error: unknown): string => {
  const { message = '', cause, originalError } = (error ?? {}) as ErrorLike;
  return cause || originalError ? `${message} ${errorMessages(cause ?? originalError)}` : message;
};

/** unique_violation, serialization_failure, deadlock_detected. */
const CONCURRENCY_CODES = new Set(['23505', '40001', '40P01']);

/** A concurrent transaction was faster. A second attempt sees what it committed. */
export const isConcurrencyConflict = (error: unknown): boolean =>
  CONCURRENCY_CODES.has(errorCode(error));

/** Network errors, server shutdown and start, too_many_connections. */
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** The database does not answer at present; a later attempt can succeed. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  UNAVAILABLE_CODES.has(errorCode(error)) ||
  errorCode(error).startsWith('08') ||
  /Connection terminated|is not queryable|timeout exceeded when trying to connect/.test(
    errorMessages(error),
  );

const RETRY_MS = 500;

/**
 * Repeats `work` while the database is unavailable, until the signal aborts. For background work
 * and subscriptions, whose callers would only retry as well.
 */
export async function retryWhileUnavailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isDatabaseUnavailable(error)) throw error;
      await sleep(RETRY_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    }
  }
}

/**
 * SQLSTATE classes that do not depend on the data: connection, transaction state, authorization,
 * missing catalog or schema, transaction rollback, missing tables and privileges, resources, object
 * state, operator intervention, system and internal errors.
 */
const ENVIRONMENT_CLASSES = new Set([
  '08',
  '25',
  '28',
  '3D',
  '3F',
  '40',
  '42',
  '53',
  '55',
  '57',
  '58',
  'XX',
]);

/**
 * The error does not depend on the data: any other data would have failed as well, so the work is
 * worth retrying.
 */
export const isEnvironmentError = (error: unknown): boolean =>
  isDatabaseUnavailable(error) ||
  (/^[0-9A-Z]{5}$/.test(errorCode(error)) && ENVIRONMENT_CLASSES.has(errorCode(error).slice(0, 2)));
