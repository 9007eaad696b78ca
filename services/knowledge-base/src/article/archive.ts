import { bumpVersion } from '@deskgraph/common/core/changes';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { deleteArticleWords } from '../search/index-words.ts';
import { articleState } from './events.ts';
import type { ArticleArchiveInput } from './input.ts';
import { lockArticle } from './load.ts';
import { type ArticlePayload, articlePayload } from './payload.ts';
import { articleHead } from './text.ts';

/** Hides an article from readers. Staff still find its newest version. */
export async function archiveArticle(
  ctx: Context,
  { id }: ArticleArchiveInput,
): Promise<ArticlePayload> {
  const { article, shown } = await lockArticle(ctx, id);
  if (article.archivedAt) return articlePayload(ctx, article.id);
  Object.assign(article, {
    archivedAt: new Date(),
    publicNumber: null,
    nextNumber: null,
    goesPublicAt: null,
    wentPublicAt: null,
  });
  bumpVersion(article);
  await deleteArticleWords(ctx, article.id, [article.newestNumber]);
  await appendEvent(ctx, 'article.archived', article, {
    state: articleState(article, articleHead(shown, null).title),
  });
  return articlePayload(ctx, article.id);
}
