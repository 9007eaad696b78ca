import { z } from 'zod';
import { Refusal, type UserErrorData } from '../core/errors.ts';

export { z };

/**
 * An input class with rules beyond its GraphQL types.
 *
 * @example
 * static readonly bounds = optionalFields({ name: singleLine(100), description: multiLine(2000) });
 */
export interface BoundedInput {
  bounds?: z.ZodType;
}

/** One line of text, trimmed; an empty one is refused with REQUIRED. */
export const singleLine = (maxLength: number): z.ZodString =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\r\n]*$/);
/** Text of several lines, trimmed; an empty one is refused with REQUIRED. */
export const multiLine = (maxLength: number): z.ZodString =>
  z.string().trim().min(1).max(maxLength);
/** Like `multiLine`, limited by its size in UTF-8. */
export const maxUtf8Bytes = (maxBytes: number) =>
  z
    .string()
    .trim()
    .min(1)
    .refine((value) => Buffer.byteLength(value) <= maxBytes, { params: { code: 'TOO_LONG' } });

/** Rules for fields that may be absent or null. Fields without a rule pass unchecked. */
export const optionalFields = <T extends z.ZodRawShape>(shape: T) =>
  z.looseObject(
    Object.fromEntries(
      Object.entries(shape).map(([key, rule]) => [key, (rule as z.ZodType).nullish()]),
    ),
  );

/** Checks an input by the rules of its class and assigns the trimmed values to it. */
export function validateInput(input: object, type: BoundedInput, path: string[] = ['input']): void {
  if (!type.bounds) return;
  const parsed = type.bounds.safeParse(input);
  if (parsed.success) Object.assign(input, parsed.data);
  else throw new Refusal(parsed.error.issues.map((issue) => userError(issue, path)));
}

function userError(issue: z.core.$ZodIssue, path: string[]): UserErrorData {
  const customCode =
    issue.code === 'custom' ? (issue.params as { code?: string } | undefined)?.code : undefined;
  return {
    code: customCode ?? CODES[issue.code]?.(issue) ?? 'INVALID',
    field: [...path, ...issue.path.map(String)],
  };
}

const CODES: Record<string, (issue: z.core.$ZodIssue) => string> = {
  too_big: (issue) =>
    'origin' in issue && (issue.origin === 'string' || issue.origin === 'array')
      ? 'TOO_LONG'
      : 'INVALID',
  too_small: (issue) => ('origin' in issue && issue.origin === 'string' ? 'REQUIRED' : 'INVALID'),
};

// eslint-disable-next-line no-control-regex -- PostgreSQL cannot store NUL
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Refuses text that PostgreSQL cannot store (NUL, lone surrogates) anywhere in the arguments. */
export function refuseUnstorable(value: unknown, path: string[] = []): void {
  if (typeof value === 'string') {
    if (UNSTORABLE.test(value)) throw new Refusal([{ code: 'INVALID', field: path }]);
  } else if (Array.isArray(value))
    value.forEach((item, index) => refuseUnstorable(item, [...path, String(index)]));
  else if (value !== null && typeof value === 'object' && !(value instanceof Date))
    for (const [key, item] of Object.entries(value)) {
      refuseUnstorable(key, [...path, key]);
      refuseUnstorable(item, [...path, key]);
    }
}

/** Refuses a change with CONFLICT when the caller has read another version than the stored one. */
export function refuseStaleVersion(
  entity: { version: number },
  expected: number | null | undefined,
): void {
  if (expected !== null && expected !== undefined && expected !== entity.version)
    throw new Refusal('CONFLICT', 'expectedVersion');
}
