import { isStopWord } from '@deskgraph/common/text/stop-words';
import { distinctWords, prefixTerm } from '@deskgraph/common/text/key-terms';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

/** The terms of a search: the significant words, or all words when none is significant. */
export function searchTerms(query: string, most: number): SearchTerm[] {
  const all = distinctWords(query);
  const some = all.filter((word) => !isStopWord(word));
  return (some.length ? some : all).slice(0, most).map((word) => prefixTerm(word, true));
}
