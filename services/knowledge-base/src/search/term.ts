import { isStopWord } from '@deskgraph/common/text/stop-words';
import { distinctWords, prefixTerm } from '@deskgraph/common/text/key-terms';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

/** What a search looks for: the telling words, or every word when none tells anything. */
export function searched(query: string, most: number): SearchTerm[] {
  const all = distinctWords(query);
  const some = all.filter((word) => !isStopWord(word));
  return (some.length ? some : all).slice(0, most).map((word) => prefixTerm(word, true));
}
