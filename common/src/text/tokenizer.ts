/**
 * The words of a text for search: lower case, without diacritics. Scripts without spaces (Han, Kana, Hangul, Thai) give overlapping
 * pairs of characters, so that any piece of two or more characters is found without a dictionary.
 */
const RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+|[\p{L}\p{N}]+/gu;
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
const LETTERS =
  /[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+/gu;
const WORD_LIMIT = 64;
/** The last sign in the order of code points. */
export const MAX_CODE_POINT = '\u{10FFFF}';

export const isUnspaced = (word: string): boolean => UNSPACED.test(word);

/** A word that is looked for: it finds the words from `low` on and before `high`. */
export interface SearchTerm {
  word: string;
  low: string;
  high: string;
}

// eslint-disable-next-line no-control-regex -- the whole of ASCII
const PLAIN = /^[\u0000-\u007F]*$/;

export const foldText = (text: string): string =>
  PLAIN.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replaceAll(/\p{M}+/gu, '')
        .toLowerCase()
        .normalize('NFC');

const PLAIN_WORD = /[a-z\d]+/g;

export function tokenize(text: string): string[] {
  if (PLAIN.test(text))
    return (text.toLowerCase().match(PLAIN_WORD) ?? []).map((word) => word.slice(0, WORD_LIMIT));
  const found: string[] = [];
  for (const [mixed] of foldText(text).matchAll(RUN))
    for (const [run] of mixed.matchAll(LETTERS)) {
      if (!isUnspaced(run)) found.push(run.slice(0, WORD_LIMIT));
      else found.push(...pairs(run));
    }
  return found;
}

function pairs(run: string): string[] {
  const signs = [...run];
  return signs.length === 1 ? signs : signs.slice(1).map((sign, at) => signs[at]! + sign);
}

/** What to give to `to_tsvector('simple', …)`. */
export const searchText = (...texts: (string | null | undefined)[]): string =>
  tokenize(texts.filter(Boolean).join(' ')).join(' ');

/** The different words of a text that is looked for, at most 20; those of three letters and more also find what begins with them. */
export const searchTerms = (text: string): SearchTerm[] =>
  [...new Set(tokenize(text))]
    .slice(0, 20)
    .map((word) => ({
      word,
      low: word,
      high: isOpen(word) ? word + MAX_CODE_POINT : `${word}\u0001`,
    }));

const isOpen = (word: string): boolean => !isUnspaced(word) && word.length >= 3;

/** A `tsquery` that finds every one of the words that `soughtTerms` gives; `exact`: none that only begins with one. Null when there is no word. */
export function searchQuery(text: string, exact = false): string | null {
  const terms = searchTerms(text);
  if (!terms.length) return null;
  return terms
    .map(({ word }) => (!exact && isOpen(word) ? `'${word}':*` : `'${word}'`))
    .join(' & ');
}
