import { isStop } from '@deskgraph/common/text/stop-words';
import { different, termOf } from '@deskgraph/common/text/key-terms';
import type { Term } from '@deskgraph/common/text/tokenizer';

/** What a search looks for: the telling words, or every word when none tells anything. */
export function searched(query: string, most: number): Term[] {
  const all = different(query);
  const some = all.filter((word) => !isStop(word));
  return (some.length ? some : all).slice(0, most).map((word) => termOf(word, true));
}
