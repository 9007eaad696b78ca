import { isStop } from '@deskgraph/common/stop';
import { different, termOf } from '@deskgraph/common/telling';
import type { Term } from '@deskgraph/common/words';

/** What a search looks for: the telling words, or every word when none tells anything. */
export function searched(query: string, most: number): Term[] {
  const all = different(query);
  const some = all.filter((word) => !isStop(word));
  return (some.length ? some : all).slice(0, most).map((word) => termOf(word, true));
}
