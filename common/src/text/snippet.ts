import { type SearchTerm, foldText, isUnspaced } from './tokenizer.ts';

const MAX_LENGTH = 220;
/** Context before the first match. */
const LEAD_LENGTH = 60;
/** How far back a cut may move to a space. */
const MAX_CUT_SHIFT = 25;
const TOKEN = /[\p{L}\p{N}\p{M}]+/gu;
const SCRIPT_RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+/gu;

interface Range {
  from: number;
  to: number;
}

interface Match extends Range {
  word: string;
}

/**
 * An excerpt of a text, of about 220 characters, with the positions of the matching words in it.
 */
export interface Snippet {
  text: string;
  matches: Range[];
}

/**
 * The excerpt of a single-line text with the most distinct terms; the beginning of the text when no
 * term matches.
 *
 * @example
 * snippetOf('Reset your password', searchTerms('pass')); // matches: [{ from: 11, to: 19 }]
 */
export function snippetOf(text: string, terms: readonly SearchTerm[]): Snippet {
  const matches = matchesOf(text, terms);
  const start = densestStart(matches);
  const from = start <= LEAD_LENGTH ? 0 : cutPosition(text, start - LEAD_LENGTH);
  const to = from + MAX_LENGTH >= text.length ? text.length : cutPosition(text, from + MAX_LENGTH);
  const excerpt = text.slice(from, to);
  const prefix = from > 0 ? '…' : '';
  const shift = prefix.length - from - (excerpt.length - excerpt.trimStart().length);
  return {
    text: `${prefix}${excerpt.trim()}${to < text.length ? '…' : ''}`,
    matches: matches
      .filter((match) => match.from >= from && match.to <= to)
      .map((match) => ({ from: match.from + shift, to: match.to + shift })),
  };
}

/** A position to cut the text at: a space shortly before, and never inside a surrogate pair. */
function cutPosition(text: string, index: number): number {
  const space = text.lastIndexOf(' ', index);
  if (space > index - MAX_CUT_SHIFT) return space;
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}

function matchesOf(text: string, terms: readonly SearchTerm[]): Match[] {
  const pairs = new Set(terms.filter((term) => isUnspaced(term.word)).map((term) => term.word));
  const findTerm = termFinder(terms);
  const matches: Match[] = [];
  for (const token of text.matchAll(TOKEN))
    for (const run of token[0].matchAll(SCRIPT_RUN)) {
      const from = token.index + run.index;
      if (isUnspaced(run[0])) matches.push(...pairMatches(run[0], from, pairs));
      else {
        const term = findTerm(foldText(run[0]));
        if (term) matches.push({ from, to: from + run[0].length, word: term.word });
      }
    }
  return matches;
}

/**
 * Finds the term that matches a word by its prefix, without comparing every term with every word.
 */
function termFinder(terms: readonly SearchTerm[]): (word: string) => SearchTerm | undefined {
  const byPrefix = new Map(
    terms.filter((term) => !isUnspaced(term.word)).map((term) => [term.low, term]),
  );
  const lengths = [...new Set([...byPrefix.keys()].map((prefix) => prefix.length))];
  return (word) => {
    for (const length of lengths) {
      const term = byPrefix.get(word.slice(0, length));
      if (term && word >= term.low && word < term.high) return term;
    }
    return undefined;
  };
}

/** The matching character pairs of a run without spaces; adjacent ones become one match. */
function pairMatches(run: string, start: number, pairs: ReadonlySet<string>): Match[] {
  const matches: Match[] = [];
  let previous: { character: string; index: number } | undefined;
  let index = start;
  for (const character of run) {
    const last = matches.at(-1);
    const end = index + character.length;
    const pair = previous && foldText(previous.character + character);
    if (previous && pair && pairs.has(pair)) {
      if (last && last.to > previous.index) last.to = end;
      else matches.push({ from: previous.index, to: end, word: pair });
    } else if (pairs.has(foldText(character)))
      matches.push({ from: index, to: end, word: character });
    previous = { character, index };
    index = end;
  }
  return matches;
}

/** The position of the match at which the excerpt with the most distinct words begins. */
function densestStart(matches: readonly Match[]): number {
  const wordCounts = new Map<string, number>();
  let best = { from: matches[0]?.from ?? 0, words: 0 };
  let first = 0;
  for (const match of matches) {
    wordCounts.set(match.word, (wordCounts.get(match.word) ?? 0) + 1);
    while (match.to - matches[first]!.from > MAX_LENGTH - LEAD_LENGTH) {
      const { word } = matches[first++]!;
      const count = wordCounts.get(word)! - 1;
      if (count) wordCounts.set(word, count);
      else wordCounts.delete(word);
    }
    if (wordCounts.size > best.words) best = { from: matches[first]!.from, words: wordCounts.size };
  }
  return best.from;
}
