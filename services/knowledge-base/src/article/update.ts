import { Role, hasRole } from '@deskgraph/common/auth/access';
import { changedFields, bumpVersion } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Audience } from '../base/audience.ts';
import * as bases from '../base/find.ts';
import { dropWords } from '../search/index-words.ts';
import type { Article } from './article.ts';
import { audienceOf, sectionOf } from './create.ts';
import { stateOf } from './events.ts';
import type { ArticleUpdateInput } from './input.ts';
import { type Work, forWork, settle } from './load.ts';
import { type ArticlePayload, stands } from './payload.ts';
import { render } from './render.ts';
import { headOf, textOf } from './text.ts';
import { writeVersion } from './write.ts';

/** What readers read is written as a new version, which they get when it is published; the rest holds at once. */
export async function update(context: Context, input: ArticleUpdateInput): Promise<ArticlePayload> {
  for (const field of ['title', 'body', 'kind', 'visibility'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const work = await forWork(context, input.id);
  const { article, shown } = work;
  refuseStaleVersion(article, input.expectedVersion);
  const now = new Date();
  settle(article, now);
  const before = told(article);
  await changeFrame(context, article, input, now);
  const title = await newVersion(context, work, input);
  const changes = changedFields(before, told(article));
  if (!changes) return stands(context, article.id);
  bumpVersion(article);
  await appendEvent(context, 'article.updated', article, {
    state: stateOf(article, title ?? headOf(shown, null).title),
    changes,
  });
  return stands(context, article.id);
}

/** Everything that stands beside the text. */
async function changeFrame(
  context: Context,
  article: Article,
  input: ArticleUpdateInput,
  now: Date,
): Promise<void> {
  if (input.sectionId !== undefined)
    article.sectionId = await sectionOf(context, article.knowledgeBaseId, input.sectionId);
  if (input.kind) article.kind = input.kind;
  if (input.ownerId !== undefined) article.ownerId = input.ownerId;
  if (input.reviewAt !== undefined) article.reviewOn = input.reviewAt;
  const wasGone = article.expiresAt !== null && article.expiresAt <= now;
  if (input.expiresAt !== undefined) article.expiresAt = input.expiresAt;
  if (wasGone && (article.expiresAt === null || article.expiresAt > now))
    mayShow(context, article, 'expiresAt');
  if (!input.visibility) return;
  const base = (await bases.byId(context, article.knowledgeBaseId))!;
  const audience = audienceOf(base, input.visibility);
  if (audience === Audience.EXTERNAL && article.audience === Audience.INTERNAL)
    mayShow(context, article, 'visibility.audience');
  article.audience = audience;
}

/** To show readers what they did not see is publishing, and needs the same right. */
function mayShow({ actor }: Context, article: Article, field: string): void {
  const isReadable = article.publicNumber !== null || article.nextNumber !== null;
  if (isReadable && actor.kind === 'agent' && !hasRole(actor, Role.LEAD))
    throw new Refusal('FORBIDDEN', field);
}

const same = (left: readonly string[], right: readonly string[]): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

/** Writes a new version when the text, its media or its keywords change; its title. */
async function newVersion(
  context: Context,
  { article, shown }: Work,
  input: ArticleUpdateInput,
): Promise<string | undefined> {
  const locale = shown.originalLocale;
  const text = await textOf(context, shown, locale);
  const title = input.title ?? headOf(shown, locale).title;
  const body = input.body ?? text.body;
  const keywords = input.keywords === undefined ? shown.keywords : (input.keywords ?? []);
  const media = input.media === undefined ? shown.media : (input.media ?? []);
  const isSame =
    title === headOf(shown, locale).title &&
    body === text.body &&
    same(keywords, shown.keywords) &&
    same(media, shown.media);
  if (isSame) return undefined;
  article.newestNumber += 1;
  article.archivedAt = null;
  const { newestNumber: number } = article;
  await writeVersion(context, article.id, {
    number,
    locale,
    title,
    body,
    rendered: render(body),
    keywords,
    media,
    comment: input.comment ?? null,
  });
  await dropWords(context, article.id, [number, article.publicNumber, article.nextNumber]);
  return title;
}

const TOLD = [
  'sectionId',
  'kind',
  'ownerId',
  'reviewOn',
  'expiresAt',
  'audience',
  'newestNumber',
  'archivedAt',
] as const;

const told = (article: Article): object =>
  Object.fromEntries(TOLD.map((name) => [name, article[name]]));
