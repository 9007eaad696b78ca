import { type Snippet, snippetOf } from '@deskgraph/common/text/snippet';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

const SEARCHED = 100_000;

/** The passage of the text, else of the title, that contains most of the terms. `mark` puts `**` around them. */
export function articleSnippet(
  plain: string,
  title: string,
  terms: readonly SearchTerm[],
  mark: boolean,
): string {
  const inText = snippetOf(tidy(plain), terms);
  const inTitle = inText.matches.length ? undefined : snippetOf(tidy(title), terms);
  const best = inTitle?.matches.length ? inTitle : inText;
  return mark ? marked(best) : best.text;
}

/** The text on one line, without `**`. */
const tidy = (text: string): string =>
  text
    .slice(0, SEARCHED)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\*{2,}/g, '*');

function marked({ text, matches }: Snippet): string {
  let shown = '';
  let at = 0;
  for (const { from, to } of matches) {
    shown += `${text.slice(at, from)}**${text.slice(from, to)}**`;
    at = to;
  }
  return shown + text.slice(at);
}
