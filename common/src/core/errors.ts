import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { translationFor } from './language.ts';
import { REFUSAL_TRANSLATIONS } from './translations.ts';

/**
 * Codes of top-level errors, for a request or a field that has no result, with their default
 * messages.
 */
export const ERROR_MESSAGES = {
  UNAUTHENTICATED: 'Authentication is required: the token is missing, invalid or expired.',
  FORBIDDEN: 'The caller has no right to do this.',
  NOT_FOUND: 'Not found, or not visible to the caller.',
  BAD_USER_INPUT: 'The request does not match the schema.',
  COST_EXCEEDED: 'The query exceeds the cost limit.',
  THROTTLED: 'Too many requests. Wait before the next one.',
  UNAVAILABLE: 'A part of the platform is not available at present. Try again.',
  INTERNAL: 'Internal error. The request id identifies it in the server log.',
} as const;
export type ErrorCode = keyof typeof ERROR_MESSAGES;

/** A top-level error with its code in `extensions`. */
export const graphqlError = (
  code: ErrorCode,
  message: string = ERROR_MESSAGES[code],
  extensions: Record<string, unknown> = {},
): GraphQLError => new GraphQLError(message, { extensions: { code, ...extensions } });

/**
 * The refusal codes of every service: `meaning` is the description in the schema, `message` the
 * English text for users.
 */
export const REFUSAL_CODES: Record<string, { meaning: string; message: string }> = {
  REQUIRED: { meaning: 'A value is missing.', message: 'This is required.' },
  INVALID: {
    meaning: 'The value has the wrong shape or is out of range.',
    message: 'This is not valid.',
  },
  TOO_LONG: {
    meaning: 'The value is longer or bigger than allowed.',
    message: 'This is too long.',
  },
  TAKEN: {
    meaning: 'Another entity already has this value.',
    message: 'This is already taken.',
  },
  NOT_FOUND: {
    meaning: 'The entity does not exist or is not visible to the caller.',
    message: 'This does not exist.',
  },
  FORBIDDEN: {
    meaning: 'The caller has no right to do this.',
    message: 'You have no permission to do this.',
  },
  CONFLICT: {
    meaning: 'The entity has changed since `expectedVersion`.',
    message: 'This has been changed meanwhile. Load it again.',
  },
  IDEMPOTENCY_MISMATCH: {
    meaning: 'The idempotency key has been used with another input.',
    message: 'This idempotency key has been used with another input.',
  },
  IN_USE: { meaning: 'The entity is still in use.', message: 'This is still in use.' },
  LIMIT_REACHED: {
    meaning: 'A limit of the workspace is reached.',
    message: 'A limit of the workspace is reached.',
  },
};

/**
 * The code of a refusal and the path of the refused value in the arguments of the mutation; null
 * when no single value is refused.
 */
export interface UserErrorData {
  code: string;
  field: string[] | null;
  message?: string | undefined;
}

/**
 * Thrown by an operation that refuses its input. The transaction is rolled back and the errors
 * become the `userErrors` of the payload; a query answers with one BAD_USER_INPUT. `payload` adds
 * fields to the refused payload.
 *
 * @example
 * throw new Refusal('TAKEN', 'name'); // userErrors: [{ code: TAKEN, field: ['input', 'name'] }]
 */
export class Refusal extends Error {
  readonly errors: UserErrorData[];
  constructor(
    code: string | UserErrorData[],
    field: string | string[] | null = null,
    readonly payload: Record<string, unknown> = {},
  ) {
    const errors =
      typeof code === 'string'
        ? [{ code, field: typeof field === 'string' ? ['input', ...field.split('.')] : field }]
        : code;
    super(errors.map((error) => `${error.code} ${error.field?.join('.') ?? ''}`).join(', '));
    this.name = 'Refusal';
    this.errors = errors;
  }
}

/**
 * The message of a refusal for users, in the first of their languages that has a translation, else
 * in English.
 */
export const refusalMessage = (
  { code, message }: UserErrorData,
  locales: readonly string[] = [],
): string =>
  message ??
  translationFor(REFUSAL_TRANSLATIONS, locales)[code] ??
  REFUSAL_CODES[code]?.message ??
  code;

/** The top-level error of a refusal, where there is no payload with `userErrors`. */
export const refusalToGraphqlError = (refusal: Refusal): GraphQLError => {
  const [first] = refusal.errors;
  const path = first?.field?.join('.');
  return graphqlError('BAD_USER_INPUT', `${path ? `${path}: ` : ''}${refusalMessage(first!)}`, {
    reason: first!.code,
    field: first!.field,
  });
};

const APOLLO_CODES: Record<string, ErrorCode> = {
  GRAPHQL_PARSE_FAILED: 'BAD_USER_INPUT',
  GRAPHQL_VALIDATION_FAILED: 'BAD_USER_INPUT',
  BAD_USER_INPUT: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_USER_INPUT',
};

/** An error as the client may read it. */
export interface MaskedError extends GraphQLFormattedError {
  /** False for an internal error: its message was replaced, and the caller logs the original. */
  isKnown: boolean;
}

/** Passes errors with known codes on and replaces all others by INTERNAL with the request id. */
export function maskError(formatted: GraphQLFormattedError, requestId: string): MaskedError {
  const { stacktrace: _, ...extensions } = { ...formatted.extensions } as Record<string, unknown>;
  const originalCode = typeof extensions['code'] === 'string' ? extensions['code'] : '';
  const code =
    originalCode in ERROR_MESSAGES ? (originalCode as ErrorCode) : APOLLO_CODES[originalCode];
  const position = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  };
  if (code && code !== 'INTERNAL')
    return {
      message: formatted.message,
      ...position,
      extensions: { ...extensions, code },
      isKnown: true,
    };
  return {
    message: ERROR_MESSAGES.INTERNAL,
    ...position,
    extensions: { code: 'INTERNAL', requestId },
    isKnown: false,
  };
}
