import { isStopWord } from './stop-words.ts';
import { MAX_CODE_POINT, type SearchTerm, isUnspaced, tokenize } from './tokenizer.ts';

/**
 * The number of letters to cut from the end of a word, by its length (8 stands for longer ones
 * too).
 */
const ENDING_LENGTHS: Record<number, number> = { 5: 1, 6: 2, 7: 2, 8: 3 };

/**
 * The search term of a word. Most languages inflect by endings, so a word of five or more letters
 * matches by its stem. With `isTyping`, shorter words match by their beginning too, because the
 * user may not have typed the rest yet.
 *
 * @example
 * prefixTerm('orders', false); // low 'orde': matches order, orders, ordered
 */
export function prefixTerm(word: string, isTyping: boolean): SearchTerm {
  const characters = Array.from(word);
  if (isUnspaced(word))
    return {
      word,
      low: word,
      high: isTyping && characters.length === 1 ? word + MAX_CODE_POINT : `${word}\u0001`,
    };
  if (/\d/.test(word) || characters.length < 5)
    return {
      word,
      low: word,
      high: isTyping && characters.length >= 3 ? word + MAX_CODE_POINT : `${word}\u0001`,
    };
  const low = characters.slice(0, -ENDING_LENGTHS[Math.min(characters.length, 8)]!).join('');
  return { word, low, high: low + MAX_CODE_POINT };
}

/** The distinct tokens of a text, in order. */
export const distinctWords = (text: string): string[] => [...new Set(tokenize(text))];

/**
 * The first distinct words of a text that describe its subject: no stop words and at least three
 * characters (any length in scripts without spaces); at most `limit`.
 */
export const keyTerms = (text: string, limit: number): string[] =>
  distinctWords(text)
    .filter((word) => !isStopWord(word) && (isUnspaced(word) || word.length >= 3))
    .slice(0, limit);
