import { bumpVersion } from '@deskgraph/common/core/changes';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { dropWords } from '../search/index-words.ts';
import { stateOf } from './events.ts';
import type { ArticleArchiveInput } from './input.ts';
import { forWork } from './load.ts';
import { type ArticlePayload, stands } from './payload.ts';
import { headOf } from './text.ts';

/** Takes the article away from readers; staff still find its newest version. */
export async function archive(
  context: Context,
  { id }: ArticleArchiveInput,
): Promise<ArticlePayload> {
  const { article, shown } = await forWork(context, id);
  if (article.archivedAt) return stands(context, article.id);
  Object.assign(article, {
    archivedAt: new Date(),
    publicNumber: null,
    nextNumber: null,
    goesPublicAt: null,
    wentPublicAt: null,
  });
  bumpVersion(article);
  await dropWords(context, article.id, [article.newestNumber]);
  await appendEvent(context, 'article.archived', article, {
    state: stateOf(article, headOf(shown, null).title),
  });
  return stands(context, article.id);
}
