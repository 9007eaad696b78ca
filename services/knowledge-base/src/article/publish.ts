import { bumpVersion } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { dropWords } from '../search/index-words.ts';
import { stateOf } from './events.ts';
import type { ArticlePublishInput } from './input.ts';
import { forWork, settle } from './load.ts';
import { type ArticlePayload, stands } from './payload.ts';
import { headOf } from './text.ts';

/** The newest version becomes the public one, now or when its time has come; until then the last public one stays. */
export async function publish(
  context: Context,
  { id, at }: ArticlePublishInput,
): Promise<ArticlePayload> {
  const { article, shown } = await forWork(context, id);
  const now = new Date();
  settle(article, now);
  const number = article.newestNumber;
  const when = at && at > now ? at : now;
  if (article.publicNumber === number) {
    if (when > now) throw new Refusal('STATUS_NOT_ALLOWED', 'at');
    return stands(context, article.id);
  }
  article.archivedAt = null;
  if (when > now) {
    article.nextNumber = number;
    article.goesPublicAt = when;
  } else {
    article.nextNumber = null;
    article.goesPublicAt = null;
    article.publicNumber = number;
    article.wentPublicAt ??= now;
  }
  bumpVersion(article);
  await dropWords(context, article.id, [number, article.publicNumber]);
  await appendEvent(context, 'article.published', article, {
    state: stateOf(article, headOf(shown, null).title),
    number,
    publicFrom: when.toISOString(),
  });
  return stands(context, article.id);
}
