/** The languages, besides English, that the product has translations for. */
export type Language = 'pt' | 'sl' | 'zh-Hans' | 'zh-Hant';

/**
 * The translation for the first locale that has one, else the English one.
 *
 * @example
 * translationFor({ en: 'Yes', pt: 'Sim' }, ['fr', 'pt-BR']); // 'Sim'
 */
export const translationFor = <T>(translations: Record<string, T>, locales: readonly string[]): T =>
  locales.map((locale) => translations[languageOf(locale)]).find(Boolean) ?? translations['en']!;

/** The key of `translations` for a locale; Chinese is divided by script. */
function languageOf(locale: string): string {
  const [language, ...subtags] = locale.split('-');
  if (language !== 'zh') return language!;
  return subtags.some((subtag) => ['Hant', 'TW', 'HK', 'MO'].includes(subtag))
    ? 'zh-Hant'
    : 'zh-Hans';
}
