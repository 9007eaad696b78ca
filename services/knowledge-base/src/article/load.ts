import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { bumpRevision } from '../base/revision.ts';
import { Article } from './article.ts';
import { byId } from './find.ts';

export interface Work {
  /** As stored: to be changed. */
  article: Article;
  /** As the caller sees it: its newest version. */
  shown: Article;
}

/** The article that a verb works on; refused as NOT_FOUND when there is none for the caller. */
export async function forWork(context: Context, id: string): Promise<Work> {
  await bumpRevision(context);
  const shown = await byId(context, id);
  if (!shown) throw new Refusal('NOT_FOUND', 'id');
  return { article: await context.em.findOneOrFail(Article, { id: shown.id }), shown };
}

/** A version that was planned for a time that has come is simply the public one. */
export function settle(article: Article, now: Date): void {
  if (!article.goesPublicAt || article.goesPublicAt > now) return;
  article.wentPublicAt ??= article.goesPublicAt;
  article.publicNumber = article.nextNumber;
  article.nextNumber = null;
  article.goesPublicAt = null;
}
