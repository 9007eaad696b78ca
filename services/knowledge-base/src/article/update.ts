import { Role, hasRole } from '@deskgraph/common/auth/access';
import { changedFields, bumpVersion } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Audience } from '../base/audience.ts';
import { knowledgeBaseById } from '../base/find.ts';
import { deleteArticleWords } from '../search/index-words.ts';
import type { Article } from './article.ts';
import { articleAudience, requireSection } from './create.ts';
import { articleState } from './events.ts';
import type { ArticleUpdateInput } from './input.ts';
import { type LockedArticle, lockArticle, applyScheduledPublication } from './load.ts';
import { type ArticlePayload, articlePayload } from './payload.ts';
import { renderArticle } from './render.ts';
import { articleHead, articleText } from './text.ts';
import { insertVersion } from './write.ts';

/** Changes of title, text, media and keywords become a new version, public once it is published. Other changes apply at once. */
export async function updateArticle(
  ctx: Context,
  input: ArticleUpdateInput,
): Promise<ArticlePayload> {
  for (const field of ['title', 'body', 'kind', 'visibility'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const work = await lockArticle(ctx, input.id);
  const { article, shown } = work;
  refuseStaleVersion(article, input.expectedVersion);
  const now = new Date();
  applyScheduledPublication(article, now);
  const before = trackedFields(article);
  await updateMetadata(ctx, article, input, now);
  const title = await writeNewVersion(ctx, work, input);
  const changes = changedFields(before, trackedFields(article));
  if (!changes) return articlePayload(ctx, article.id);
  bumpVersion(article);
  await appendEvent(ctx, 'article.updated', article, {
    state: articleState(article, title ?? articleHead(shown, null).title),
    changes,
  });
  return articlePayload(ctx, article.id);
}

/** Updates everything but the text. */
async function updateMetadata(
  ctx: Context,
  article: Article,
  input: ArticleUpdateInput,
  now: Date,
): Promise<void> {
  if (input.sectionId !== undefined)
    article.sectionId = await requireSection(ctx, article.knowledgeBaseId, input.sectionId);
  if (input.kind) article.kind = input.kind;
  if (input.ownerId !== undefined) article.ownerId = input.ownerId;
  if (input.reviewAt !== undefined) article.reviewOn = input.reviewAt;
  const wasGone = article.expiresAt !== null && article.expiresAt <= now;
  if (input.expiresAt !== undefined) article.expiresAt = input.expiresAt;
  if (wasGone && (article.expiresAt === null || article.expiresAt > now))
    requirePublishRight(ctx, article, 'expiresAt');
  if (!input.visibility) return;
  const base = (await knowledgeBaseById(ctx, article.knowledgeBaseId))!;
  const audience = articleAudience(base, input.visibility);
  if (audience === Audience.EXTERNAL && article.audience === Audience.INTERNAL)
    requirePublishRight(ctx, article, 'visibility.audience');
  article.audience = audience;
}

/** Showing readers an article they could not see is publishing, and requires the same right. */
function requirePublishRight({ actor }: Context, article: Article, field: string): void {
  const isReadable = article.publicNumber !== null || article.nextNumber !== null;
  if (isReadable && actor.kind === 'agent' && !hasRole(actor, Role.LEAD))
    throw new Refusal('FORBIDDEN', field);
}

const isSameList = (left: readonly string[], right: readonly string[]): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

/** Writes a new version if the text, its media or its keywords have changed. Returns its title. */
async function writeNewVersion(
  ctx: Context,
  { article, shown }: LockedArticle,
  input: ArticleUpdateInput,
): Promise<string | undefined> {
  const locale = shown.originalLocale;
  const text = await articleText(ctx, shown, locale);
  const title = input.title ?? articleHead(shown, locale).title;
  const body = input.body ?? text.body;
  const keywords = input.keywords === undefined ? shown.keywords : (input.keywords ?? []);
  const media = input.media === undefined ? shown.media : (input.media ?? []);
  const isSame =
    title === articleHead(shown, locale).title &&
    body === text.body &&
    isSameList(keywords, shown.keywords) &&
    isSameList(media, shown.media);
  if (isSame) return undefined;
  article.newestNumber += 1;
  article.archivedAt = null;
  const { newestNumber: number } = article;
  await insertVersion(ctx, article.id, {
    number,
    locale,
    title,
    body,
    rendered: renderArticle(body),
    keywords,
    media,
    comment: input.comment ?? null,
  });
  await deleteArticleWords(ctx, article.id, [number, article.publicNumber, article.nextNumber]);
  return title;
}

const TRACKED_FIELDS = [
  'sectionId',
  'kind',
  'ownerId',
  'reviewOn',
  'expiresAt',
  'audience',
  'newestNumber',
  'archivedAt',
] as const;

const trackedFields = (article: Article): object =>
  Object.fromEntries(TRACKED_FIELDS.map((name) => [name, article[name]]));
