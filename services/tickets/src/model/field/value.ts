import { compilePattern } from './check.ts';
import type { FieldKind, TicketField } from './field.ts';

/** A value as it is stored; there is none where a ticket has none. */
export type CustomFieldValue = string | number | boolean | string[];

/** Values of a ticket by the ids of their fields. */
export type CustomFieldValues = Record<string, CustomFieldValue>;

/** Why a value is not one of the field. */
export type FieldValueError = 'INVALID' | 'TOO_LONG';

export type ParsedFieldValue = { value: CustomFieldValue | null } | { fault: FieldValueError };

const LINE = 255;
const TEXT = 4000;
const MOST = 1e15;
const DAY = /^(?!0000)\d{4}-\d{2}-\d{2}$/;
const INVALID: ParsedFieldValue = { fault: 'INVALID' };

type Definition = Pick<TicketField, 'kind' | 'options' | 'pattern'>;

/** A value from outside, as the field stores it; null where nothing is left of it. */
export function parseFieldValue(field: Definition, given: unknown): ParsedFieldValue {
  if (given === null) return { value: null };
  return CHECKS[field.kind](given, field);
}

const CHECKS: Record<FieldKind, (given: unknown, field: Definition) => ParsedFieldValue> = {
  TEXT: (given) => written(given, LINE, isLine),
  LONG_TEXT: (given) => written(given, TEXT),
  NUMBER: (given) =>
    typeof given === 'number' && Math.abs(given) <= MOST
      ? { value: given === 0 ? 0 : given }
      : INVALID,
  CHECKBOX: (given) => (typeof given === 'boolean' ? { value: given } : INVALID),
  DATE: (given) => (typeof given === 'string' && isDay(given) ? { value: given } : INVALID),
  CHOICE: (given, { options }) =>
    typeof given === 'string' && options.includes(given) ? { value: given } : INVALID,
  CHOICES: (given, { options }) => {
    if (!Array.isArray(given) || !given.every((each) => options.includes(each as string)))
      return INVALID;
    const chosen = options.filter((option) => given.includes(option));
    return { value: chosen.length ? chosen : null };
  },
  PATTERN: (given, { pattern }) =>
    written(given, LINE, (text) => isLine(text) && compilePattern(pattern!)!.matches(text)),
};

function written(
  given: unknown,
  most: number,
  holds: (text: string) => boolean = () => true,
): ParsedFieldValue {
  if (typeof given !== 'string') return INVALID;
  const text = given.trim();
  if (!text) return { value: null };
  if (text.length > most) return { fault: 'TOO_LONG' };
  return holds(text) ? { value: text } : INVALID;
}

const isLine = (text: string): boolean => !/[\r\n]/.test(text);

const isDay = (text: string): boolean => {
  if (!DAY.test(text)) return false;
  const day = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
};
