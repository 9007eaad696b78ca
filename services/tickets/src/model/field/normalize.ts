import { spoken } from '@deskgraph/common/core/language';
import { FieldKind } from './field.ts';
import type { CustomFieldValue } from './value.ts';

const WORDS: Record<string, { yes: string; no: string }> = {
  en: { yes: 'Yes', no: 'No' },
  pt: { yes: 'Sim', no: 'Não' },
  sl: { yes: 'Da', no: 'Ne' },
  'zh-Hans': { yes: '是', no: '否' },
  'zh-Hant': { yes: '是', no: '否' },
};

/** A value as text, in the first of the reader's languages. */
export function formatFieldValue(
  kind: FieldKind,
  value: CustomFieldValue,
  locales: readonly string[],
): string {
  if (typeof value === 'boolean') return spoken(WORDS, locales)[value ? 'yes' : 'no'];
  const languages = [...locales, 'en'];
  if (typeof value === 'number')
    return new Intl.NumberFormat(languages, { maximumFractionDigits: 15 }).format(value);
  if (Array.isArray(value)) return new Intl.ListFormat(languages).format(value);
  if (kind !== FieldKind.DATE) return value;
  return new Intl.DateTimeFormat(languages, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${value}T00:00:00Z`),
  );
}
