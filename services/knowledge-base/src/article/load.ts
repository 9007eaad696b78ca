import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { lockForWriting } from '../base/revision.ts';
import { Article } from './article.ts';
import { articleById } from './find.ts';

export interface LockedArticle {
  /** The stored article, to be changed. */
  article: Article;
  /** The article as the caller reads it: its newest version. */
  shown: Article;
}

/** The article to change. Refuses with NOT_FOUND when it does not exist for the caller. */
export async function lockArticle(ctx: Context, id: string): Promise<LockedArticle> {
  await lockForWriting(ctx);
  const shown = await articleById(ctx, id);
  if (!shown) throw new Refusal('NOT_FOUND', 'id');
  return { article: await ctx.em.findOneOrFail(Article, { id: shown.id }), shown };
}

/** Makes a scheduled version the public one once its time has come. */
export function applyScheduledPublication(article: Article, now: Date): void {
  if (!article.goesPublicAt || article.goesPublicAt > now) return;
  article.wentPublicAt ??= article.goesPublicAt;
  article.publicNumber = article.nextNumber;
  article.nextNumber = null;
  article.goesPublicAt = null;
}
