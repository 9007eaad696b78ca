import { bumpVersion } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { deleteArticleWords } from '../search/index-words.ts';
import { articleState } from './events.ts';
import type { ArticlePublishInput } from './input.ts';
import { lockArticle, applyScheduledPublication } from './load.ts';
import { type ArticlePayload, articlePayload } from './payload.ts';
import { articleHead } from './text.ts';

/** Makes the newest version public, now or at a time. Until then the previous public version stays. */
export async function publishArticle(
  ctx: Context,
  { id, at }: ArticlePublishInput,
): Promise<ArticlePayload> {
  const { article, shown } = await lockArticle(ctx, id);
  const now = new Date();
  applyScheduledPublication(article, now);
  const number = article.newestNumber;
  const publishAt = at && at > now ? at : now;
  if (article.publicNumber === number) {
    if (publishAt > now) throw new Refusal('STATUS_NOT_ALLOWED', 'at');
    return articlePayload(ctx, article.id);
  }
  article.archivedAt = null;
  if (publishAt > now) {
    article.nextNumber = number;
    article.goesPublicAt = publishAt;
  } else {
    article.nextNumber = null;
    article.goesPublicAt = null;
    article.publicNumber = number;
    article.wentPublicAt ??= now;
  }
  bumpVersion(article);
  await deleteArticleWords(ctx, article.id, [number, article.publicNumber]);
  await appendEvent(ctx, 'article.published', article, {
    state: articleState(article, articleHead(shown, null).title),
    number,
    publicFrom: publishAt.toISOString(),
  });
  return articlePayload(ctx, article.id);
}
