import { Refusal } from '@deskgraph/common/core/errors';
import { line, z } from '@deskgraph/common/graphql/input';

export const MAX_LOCALIZED_NAMES = 50;
export const namesByLocale = z.record(z.string().max(35), line(100));

/** Names by language tags in their one spelling; refused by the name of what is none. */
export function canonicalNames(
  names: Record<string, string> | null | undefined,
): Record<string, string> {
  const given = Object.entries(names ?? {});
  if (given.length > MAX_LOCALIZED_NAMES) throw new Refusal('TOO_LONG', 'names');
  return Object.fromEntries(given.map(([locale, name]) => [canonical(locale), name]));
}

function canonical(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0]!;
  } catch {
    throw new Refusal('INVALID', ['input', 'names', locale]);
  }
}

/** The name in the first of the reader's languages that there is one for: `pt-BR` also reads `pt`. */
export function nameForLocales(
  { name, names }: { name: string; names: Record<string, string> },
  locales: readonly string[],
): string {
  const known = new Map(
    Object.entries(names).map(([locale, text]) => [locale.toLowerCase(), text]),
  );
  for (const locale of locales)
    for (
      let tag = locale.toLowerCase();
      tag;
      tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
    ) {
      const found = known.get(tag);
      if (found !== undefined) return found;
    }
  return name;
}
