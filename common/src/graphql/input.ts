import { z } from 'zod';
import { Refusal, type UserErrorData } from '../core/errors.ts';

export { z };

/** An input class with bounds beyond its GraphQL types: `static readonly bounds = z.object({…})`. */
export interface BoundedInput {
  bounds?: z.ZodType;
}

/** Text of people: trimmed; empty means missing. */
export const singleLine = (most: number): z.ZodString =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\r\n]*$/);
export const multiLine = (most: number): z.ZodString => z.string().trim().min(1).max(most);
/** Size of text in UTF-8. */
export const maxUtf8Bytes = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .refine((value) => Buffer.byteLength(value) <= most, { params: { code: 'TOO_LONG' } });

/** An object whose fields may all be absent or null; fields that it does not name pass as they are. */
export const optionalFields = <T extends z.ZodRawShape>(shape: T) =>
  z.looseObject(
    Object.fromEntries(
      Object.entries(shape).map(([key, rule]) => [key, (rule as z.ZodType).nullish()]),
    ),
  );

/** Checks an input against the bounds of its class, and puts the cleaned values into it. */
export function validateInput(input: object, type: BoundedInput, path: string[] = ['input']): void {
  if (!type.bounds) return;
  const checked = type.bounds.safeParse(input);
  if (checked.success) Object.assign(input, checked.data);
  else throw new Refusal(checked.error.issues.map((issue) => userError(issue, path)));
}

function userError(issue: z.core.$ZodIssue, path: string[]): UserErrorData {
  const own =
    issue.code === 'custom' ? (issue.params as { code?: string } | undefined)?.code : undefined;
  return {
    code: own ?? CODES[issue.code]?.(issue) ?? 'INVALID',
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

// eslint-disable-next-line no-control-regex -- NUL is what PostgreSQL can't store
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Refuses text that no database can hold (NUL, half a character), wherever in the arguments it stands. */
export function refuseUnstorable(value: unknown, path: string[] = []): void {
  if (typeof value === 'string') {
    if (UNSTORABLE.test(value)) throw new Refusal([{ code: 'INVALID', field: path }]);
  } else if (Array.isArray(value))
    value.forEach((each, at) => refuseUnstorable(each, [...path, String(at)]));
  else if (value !== null && typeof value === 'object' && !(value instanceof Date))
    for (const [key, each] of Object.entries(value)) {
      refuseUnstorable(key, [...path, key]);
      refuseUnstorable(each, [...path, key]);
    }
}

/** Refuses a change that was made to an older version than the stored one. */
export function refuseStaleVersion(
  thing: { version: number },
  expected: number | null | undefined,
): void {
  if (expected !== null && expected !== undefined && expected !== thing.version)
    throw new Refusal('CONFLICT', 'expectedVersion');
}
