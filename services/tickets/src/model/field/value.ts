import { translationFor } from '@deskgraph/common/core/language';
import type { CustomFieldValue } from '@deskgraph/common/contract/ticket-state';
import { compilePattern } from './definition.ts';
import { FieldKind, type TicketField } from './field.ts';

export type FieldValueError = 'INVALID' | 'TOO_LONG';

export type ParsedFieldValue = { value: CustomFieldValue | null } | { error: FieldValueError };

const MAX_LINE_LENGTH = 255;
const MAX_TEXT_LENGTH = 4000;
const MAX_NUMBER = 1e15;
const DATE = /^(?!0000)\d{4}-\d{2}-\d{2}$/;
const INVALID: ParsedFieldValue = { error: 'INVALID' };

type Definition = Pick<TicketField, 'kind' | 'options' | 'pattern'>;

/** Validates and normalises an input value for a field; null when there is nothing to store. */
export function parseFieldValue(field: Definition, input: unknown): ParsedFieldValue {
  if (input === null) return { value: null };
  return PARSERS[field.kind](input, field);
}

const PARSERS: Record<FieldKind, (input: unknown, field: Definition) => ParsedFieldValue> = {
  TEXT: (input) => parseText(input, MAX_LINE_LENGTH, isLine),
  LONG_TEXT: (input) => parseText(input, MAX_TEXT_LENGTH),
  NUMBER: (input) =>
    typeof input === 'number' && Math.abs(input) <= MAX_NUMBER
      ? { value: input === 0 ? 0 : input }
      : INVALID,
  CHECKBOX: (input) => (typeof input === 'boolean' ? { value: input } : INVALID),
  DATE: (input) => (typeof input === 'string' && isDate(input) ? { value: input } : INVALID),
  CHOICE: (input, { options }) =>
    typeof input === 'string' && options.includes(input) ? { value: input } : INVALID,
  CHOICES: (input, { options }) => {
    if (!Array.isArray(input) || !input.every((choice) => options.includes(choice as string)))
      return INVALID;
    const choices = options.filter((option) => input.includes(option));
    return { value: choices.length ? choices : null };
  },
  PATTERN: (input, { pattern }) =>
    parseText(
      input,
      MAX_LINE_LENGTH,
      (text) => isLine(text) && compilePattern(pattern!)!.matches(text),
    ),
};

function parseText(
  input: unknown,
  maxLength: number,
  isValid: (text: string) => boolean = () => true,
): ParsedFieldValue {
  if (typeof input !== 'string') return INVALID;
  const text = input.trim();
  if (!text) return { value: null };
  if (text.length > maxLength) return { error: 'TOO_LONG' };
  return isValid(text) ? { value: text } : INVALID;
}

const isLine = (text: string): boolean => !/[\r\n]/.test(text);

const isDate = (text: string): boolean => {
  if (!DATE.test(text)) return false;
  const date = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

const YES_NO: Record<string, { yes: string; no: string }> = {
  en: { yes: 'Yes', no: 'No' },
  pt: { yes: 'Sim', no: 'Não' },
  sl: { yes: 'Da', no: 'Ne' },
  'zh-Hans': { yes: '是', no: '否' },
  'zh-Hant': { yes: '是', no: '否' },
};

/**
 * Formats a value as text in the first supported locale, else in English.
 *
 * @example
 * formatFieldValue(FieldKind.DATE, '2026-11-30', ['en']); // 'Nov 30, 2026'
 */
export function formatFieldValue(
  kind: FieldKind,
  value: CustomFieldValue,
  locales: readonly string[],
): string {
  if (typeof value === 'boolean') return translationFor(YES_NO, locales)[value ? 'yes' : 'no'];
  const languages = [...locales, 'en'];
  if (typeof value === 'number')
    return new Intl.NumberFormat(languages, { maximumFractionDigits: 15 }).format(value);
  if (Array.isArray(value)) return new Intl.ListFormat(languages).format(value);
  if (kind !== FieldKind.DATE) return value;
  return new Intl.DateTimeFormat(languages, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${value}T00:00:00Z`),
  );
}
