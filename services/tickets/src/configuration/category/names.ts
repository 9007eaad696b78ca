import { Refusal } from '@deskgraph/common/core/errors';
import { singleLine, z } from '@deskgraph/common/graphql/input';

export const MAX_LOCALIZED_NAMES = 50;
export const namesByLocale = z.record(z.string().max(35), singleLine(100));

/** Names with canonical locales as keys (`zh-hant` becomes `zh-Hant`). Refuses invalid locales. */
export function canonicalNames(
  names: Record<string, string> | null | undefined,
): Record<string, string> {
  const entries = Object.entries(names ?? {});
  if (entries.length > MAX_LOCALIZED_NAMES) throw new Refusal('TOO_LONG', 'names');
  return Object.fromEntries(entries.map(([locale, name]) => [canonicalLocale(locale), name]));
}

function canonicalLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0]!;
  } catch {
    throw new Refusal('INVALID', ['input', 'names', locale]);
  }
}

/**
 * The name in the first of the locales that has one; a locale falls back to its parents.
 *
 * @example
 * nameForLocales({ name: 'Invoices', names: { pt: 'Faturas' } }, ['pt-BR']); // 'Faturas'
 */
export function nameForLocales(
  { name, names }: { name: string; names: Record<string, string> },
  locales: readonly string[],
): string {
  const byLocale = new Map(
    Object.entries(names).map(([locale, text]) => [locale.toLowerCase(), text]),
  );
  for (const locale of locales)
    for (
      let tag = locale.toLowerCase();
      tag;
      tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
    ) {
      const localized = byLocale.get(tag);
      if (localized !== undefined) return localized;
    }
  return name;
}
