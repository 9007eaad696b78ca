// Tokens for search are lower-case words without diacritics. Scripts without spaces (Han, Kana,
// Hangul, Thai) give overlapping pairs of characters instead of words, so that any substring of two
// or more characters is found without a dictionary.

const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+|[\p{L}\p{N}]+/gu;
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
const SCRIPT_RUN =
  /[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+/gu;
/** Longer words are cut. */
const MAX_WORD_LENGTH = 64;
const MAX_SEARCH_TERMS = 20;
/** The last character in code point order. */
export const MAX_CODE_POINT = '\u{10FFFF}';

/** Whether a token is of a script without spaces. */
export const isUnspaced = (word: string): boolean => UNSPACED.test(word);

/** A search word. It matches the tokens from `low` (inclusive) to `high` (exclusive). */
export interface SearchTerm {
  word: string;
  low: string;
  high: string;
}

// eslint-disable-next-line no-control-regex -- all of ASCII
const ASCII_ONLY = /^[\u0000-\u007F]*$/;

/** Lower case without diacritics. */
export const foldText = (text: string): string =>
  ASCII_ONLY.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replaceAll(/\p{M}+/gu, '')
        .toLowerCase()
        .normalize('NFC');

const ASCII_WORD = /[a-z\d]+/g;

/**
 * The tokens of a text, in order and with repetitions.
 *
 * @example
 * tokenize('Dobrý den'); // ['dobry', 'den']
 * tokenize('忘記密碼'); // ['忘記', '記密', '密碼']
 */
export function tokenize(text: string): string[] {
  if (ASCII_ONLY.test(text))
    return (text.toLowerCase().match(ASCII_WORD) ?? []).map((word) =>
      word.slice(0, MAX_WORD_LENGTH),
    );
  const tokens: string[] = [];
  for (const [mixedRun] of foldText(text).matchAll(TOKEN))
    for (const [run] of mixedRun.matchAll(SCRIPT_RUN)) {
      if (!isUnspaced(run)) tokens.push(run.slice(0, MAX_WORD_LENGTH));
      else tokens.push(...characterPairs(run));
    }
  return tokens;
}

function characterPairs(run: string): string[] {
  const characters = [...run];
  return characters.length === 1
    ? characters
    : characters.slice(1).map((character, index) => characters[index]! + character);
}

/** The tokens of texts, separated by spaces: the input of `to_tsvector('simple', …)`. */
export const searchText = (...texts: (string | null | undefined)[]): string =>
  tokenize(texts.filter(Boolean).join(' ')).join(' ');

/**
 * The distinct words of a search text, at most 20. Words of three or more characters also match
 * tokens that begin with them.
 */
export const searchTerms = (text: string): SearchTerm[] =>
  [...new Set(tokenize(text))].slice(0, MAX_SEARCH_TERMS).map((word) => ({
    word,
    low: word,
    high: matchesPrefix(word) ? word + MAX_CODE_POINT : `${word}\u0001`,
  }));

const matchesPrefix = (word: string): boolean => !isUnspaced(word) && word.length >= 3;

/**
 * A `tsquery` for texts with all words of `searchTerms`. With `exact`, tokens that only begin with
 * a word do not match. Null when there is no word.
 */
export function searchQuery(text: string, exact = false): string | null {
  const terms = searchTerms(text);
  if (!terms.length) return null;
  return terms
    .map(({ word }) => (!exact && matchesPrefix(word) ? `'${word}':*` : `'${word}'`))
    .join(' & ');
}
