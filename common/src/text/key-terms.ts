import { isStopWord } from './stop-words.ts';
import { MAX_CODE_POINT, type SearchTerm, isUnspaced, tokenize } from './tokenizer.ts';

/** Letters that the ending of a word may have, by the length of the word. */
const ENDING: Record<number, number> = { 5: 1, 6: 2, 7: 2, 8: 3 };

/**
 * The term of a word. Endings differ by case and number in most languages, so a longer word is found by its beginning: `dostavo` also finds
 * `dostava`, `orders` finds `order`. With `begun`, short words too are found by their beginning, as the rest may not be typed yet.
 */
export function prefixTerm(word: string, begun: boolean): SearchTerm {
  const signs = Array.from(word);
  if (isUnspaced(word))
    return {
      word,
      low: word,
      high: begun && signs.length === 1 ? word + MAX_CODE_POINT : `${word}\u0001`,
    };
  if (/\d/.test(word) || signs.length < 5)
    return {
      word,
      low: word,
      high: begun && signs.length >= 3 ? word + MAX_CODE_POINT : `${word}\u0001`,
    };
  const low = signs.slice(0, -ENDING[Math.min(signs.length, 8)]!).join('');
  return { word, low, high: low + MAX_CODE_POINT };
}

export const distinctWords = (text: string): string[] => [...new Set(tokenize(text))];

/** The different words of a text that say what it is about, in order, at most `most`. */
export const keyTerms = (text: string, most: number): string[] =>
  distinctWords(text)
    .filter((word) => !isStopWord(word) && (isUnspaced(word) || word.length >= 3))
    .slice(0, most);
