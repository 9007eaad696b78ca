import { setTimeout as sleep } from 'node:timers/promises';

/** What a database error means for the caller, by its SQLSTATE (PostgreSQL, appendix A) or the system's code. */
const codeOf = (error: unknown): string => {
  const { code, cause, originalError } = (error ?? {}) as {
    code?: unknown;
    cause?: unknown;
    originalError?: unknown;
  };
  return typeof code === 'string'
    ? code
    : cause || originalError
      ? codeOf(cause ?? originalError)
      : '';
};

const RACES = new Set(['23505', '40001', '40P01']);

/** Another transaction was faster: run again, the verb sees what the other did. */
export const isConcurrencyConflict = (error: unknown): boolean => RACES.has(codeOf(error));

const GONE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** The database does not answer now, but will again. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  GONE.has(codeOf(error)) ||
  codeOf(error).startsWith('08') ||
  /Connection terminated|is not queryable|timeout exceeded when trying to connect/.test(
    messageOf(error),
  );

const AGAIN_MS = 500;

/** Does the work again for as long as the database is away: for what waits anyway, and would only be asked for again by somebody else. */
export async function retryWhileUnavailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isDatabaseUnavailable(error)) throw error;
      await sleep(AGAIN_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    }
  }
}

/**
 * Classes of errors that say nothing about the data that was worked on: connections, transactions that lost a race, rights and tables that
 * are missing, resources, an operator, the system.
 */
const OUTSIDE = new Set(['08', '25', '28', '3D', '3F', '40', '42', '53', '55', '57', '58', 'XX']);

/** Would any other data have failed as well? Then it is tried for as long as it takes. */
export const isEnvironmentError = (error: unknown): boolean =>
  isDatabaseUnavailable(error) ||
  (/^[0-9A-Z]{5}$/.test(codeOf(error)) && OUTSIDE.has(codeOf(error).slice(0, 2)));

const messageOf = (error: unknown): string => {
  const {
    message = '',
    cause,
    originalError,
  } = (error ?? {}) as { message?: string; cause?: unknown; originalError?: unknown };
  return cause || originalError ? `${message} ${messageOf(cause ?? originalError)}` : message;
};
