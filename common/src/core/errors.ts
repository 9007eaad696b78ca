import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { translationFor } from './language.ts';
import { REFUSAL_TRANSLATIONS } from './translations.ts';

/** Codes of top-level errors: the request as a whole, or one field of it, could not be answered. */
export const ERROR_MESSAGES = {
  UNAUTHENTICATED: 'Sign in first: no token, or one that is not valid any more.',
  FORBIDDEN: 'A right is missing.',
  NOT_FOUND: 'There is no such thing, or it is not for you.',
  BAD_USER_INPUT: 'The request is not shaped as the schema says.',
  COST_EXCEEDED: 'The query asks for too much at once.',
  THROTTLED: 'Too many requests; wait before the next one.',
  UNAVAILABLE: 'A part of the platform does not answer now; try again.',
  INTERNAL: 'Something went wrong on our side; the request id finds it in our log.',
} as const;
export type ErrorCode = keyof typeof ERROR_MESSAGES;

/** A top-level error. */
export const graphqlError = (
  code: ErrorCode,
  message: string = ERROR_MESSAGES[code],
  more: Record<string, unknown> = {},
): GraphQLError => new GraphQLError(message, { extensions: { code, ...more } });

/** Refusal codes that every service knows, each with what it means (for the schema) and what people read. */
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
    meaning: 'Something with this value exists already.',
    message: 'This is taken already.',
  },
  NOT_FOUND: {
    meaning: 'There is no such thing, or it is not visible to the caller.',
    message: 'There is no such thing.',
  },
  FORBIDDEN: { meaning: 'The caller has no right to do this.', message: 'You may not do this.' },
  CONFLICT: {
    meaning: 'The thing has changed since `expectedVersion`.',
    message: 'Somebody changed this meanwhile; read it again.',
  },
  IDEMPOTENCY_MISMATCH: {
    meaning: 'The idempotency key was used before with another input.',
    message: 'This idempotency key was used for another input.',
  },
  IN_USE: { meaning: 'Something still needs the thing.', message: 'This is still in use.' },
  LIMIT_REACHED: {
    meaning: 'A limit of the workspace is reached.',
    message: 'A limit of the workspace is reached.',
  },
};

/** One refused value: code, and the path into the mutation's arguments. */
export interface UserErrorData {
  code: string;
  field: string[] | null;
  message?: string | undefined;
}

/**
 * Thrown by a verb that refuses: the transaction is rolled back and the errors become the payload's `userErrors`
 * (for a query: one BAD_USER_INPUT). `payload` adds fields to the refused payload.
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

/** What people read of a refusal, in the first of their languages that is known, else in English. */
export const refusalMessage = (
  { code, message }: UserErrorData,
  locales: readonly string[] = [],
): string =>
  message ??
  translationFor(REFUSAL_TRANSLATIONS, locales)[code] ??
  REFUSAL_CODES[code]?.message ??
  code;

/** A refusal where no payload can carry it. */
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

/** What a client may read of an error: known codes pass, everything else is logged by the caller and masked. */
export function maskError(
  formatted: GraphQLFormattedError,
  requestId: string,
): GraphQLFormattedError & { known: boolean } {
  const { stacktrace: _, ...extensions } = { ...formatted.extensions } as Record<string, unknown>;
  const given = typeof extensions['code'] === 'string' ? extensions['code'] : '';
  const code = given in ERROR_MESSAGES ? (given as ErrorCode) : APOLLO_CODES[given];
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  };
  if (code && code !== 'INTERNAL')
    return {
      message: formatted.message,
      ...place,
      extensions: { ...extensions, code },
      known: true,
    };
  return {
    message: ERROR_MESSAGES.INTERNAL,
    ...place,
    extensions: { code: 'INTERNAL', requestId },
    known: false,
  };
}
