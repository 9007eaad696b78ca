import { type SearchTerm, foldText, isUnspaced } from './tokenizer.ts';

const LENGTH = 220;
const LEAD = 60;
const TOKEN = /[\p{L}\p{N}\p{M}]+/gu;
const RUNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]+/gu;

interface Match {
  from: number;
  to: number;
  word: string;
}

/** A piece of a text, about 220 characters, and where the words that were looked for stand in it. */
export interface Snippet {
  text: string;
  matches: { from: number; to: number }[];
}

/** The piece of a text of one line that holds most of the terms; its beginning when it holds none. */
export function snippetOf(text: string, terms: readonly SearchTerm[]): Snippet {
  const matches = matchesOf(text, terms);
  const start = densest(matches);
  const from = start <= LEAD ? 0 : border(text, start - LEAD);
  const to = from + LENGTH >= text.length ? text.length : border(text, from + LENGTH);
  const piece = text.slice(from, to);
  const head = from > 0 ? '…' : '';
  const shift = head.length - from - (piece.length - piece.trimStart().length);
  return {
    text: `${head}${piece.trim()}${to < text.length ? '…' : ''}`,
    matches: matches
      .filter((match) => match.from >= from && match.to <= to)
      .map((match) => ({ from: match.from + shift, to: match.to + shift })),
  };
}

/** Where a passage may begin or end: at a space nearby, and never inside a character. */
function border(text: string, at: number): number {
  const space = text.lastIndexOf(' ', at);
  if (space > at - 25) return space;
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

function matchesOf(text: string, terms: readonly SearchTerm[]): Match[] {
  const pairs = new Set(terms.filter((term) => isUnspaced(term.word)).map((term) => term.word));
  const begin = beginnings(terms);
  const matches: Match[] = [];
  for (const token of text.matchAll(TOKEN))
    for (const run of token[0].matchAll(RUNS)) {
      const from = token.index + run.index;
      if (isUnspaced(run[0])) matches.push(...inRun(run[0], from, pairs));
      else {
        const word = foldText(run[0]);
        const term = begin(word);
        if (term) matches.push({ from, to: from + run[0].length, word: term.word });
      }
    }
  return matches;
}

/** Finds the term that a word begins with, without trying every term on every word. */
function beginnings(terms: readonly SearchTerm[]): (word: string) => SearchTerm | undefined {
  const byStart = new Map(
    terms.filter((term) => !isUnspaced(term.word)).map((term) => [term.low, term]),
  );
  const lengths = [...new Set([...byStart.keys()].map((start) => start.length))];
  return (word) => {
    for (const length of lengths) {
      const term = byStart.get(word.slice(0, length));
      if (term && word >= term.low && word < term.high) return term;
    }
    return undefined;
  };
}

/** Pairs of signs that are looked for, those that touch as one match. */
function inRun(run: string, start: number, pairs: ReadonlySet<string>): Match[] {
  const found: Match[] = [];
  let previous: { sign: string; at: number } | undefined;
  let at = start;
  for (const sign of run) {
    const last = found.at(-1);
    const pair = previous && foldText(previous.sign + sign);
    if (previous && pair && pairs.has(pair)) {
      if (last && last.to > previous.at) last.to = at + sign.length;
      else found.push({ from: previous.at, to: at + sign.length, word: pair });
    } else if (pairs.has(foldText(sign)))
      found.push({ from: at, to: at + sign.length, word: sign });
    previous = { sign, at };
    at += sign.length;
  }
  return found;
}

/** The match that a passage with most different words begins with. */
function densest(matches: readonly Match[]): number {
  const inside = new Map<string, number>();
  let best = { from: matches[0]?.from ?? 0, words: 0 };
  let first = 0;
  for (const match of matches) {
    inside.set(match.word, (inside.get(match.word) ?? 0) + 1);
    while (match.to - matches[first]!.from > LENGTH - LEAD) {
      const { word } = matches[first++]!;
      const left = inside.get(word)! - 1;
      if (left) inside.set(word, left);
      else inside.delete(word);
    }
    if (inside.size > best.words) best = { from: matches[first]!.from, words: inside.size };
  }
  return best.from;
}
