/** Languages in which the product speaks besides English. */
export type Language = 'pt' | 'sl' | 'zh-Hans' | 'zh-Hant';

/** Words in the first of the reader's languages that is known, else in English. */
export const translationFor = <W>(words: Record<string, W>, locales: readonly string[]): W =>
  locales.map((locale) => words[languageOf(locale)]).find(Boolean) ?? words['en']!;

function languageOf(locale: string): string {
  const [language, ...rest] = locale.split('-');
  if (language !== 'zh') return language!;
  return rest.some((part) => ['Hant', 'TW', 'HK', 'MO'].includes(part)) ? 'zh-Hant' : 'zh-Hans';
}
