import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Audience } from '../base/audience.ts';
import type { KnowledgeBase } from '../base/base.ts';
import { requireKnowledgeBase } from '../base/find.ts';
import { lockForWriting } from '../base/revision.ts';
import { SLUG, freeSlug, slugFromTitle } from '../base/slug.ts';
import { sectionById } from '../section/find.ts';
import { Article } from './article.ts';
import { articleState } from './events.ts';
import type { ArticleCreateInput, ArticleVisibilityInput } from './input.ts';
import { type ArticlePayload, articlePayload } from './payload.ts';
import { renderArticle } from './render.ts';
import { insertVersion } from './write.ts';

const REVIEW_DAYS = 180;
const DAY_MS = 86_400_000;

export async function createArticle(
  ctx: Context,
  input: ArticleCreateInput,
): Promise<ArticlePayload> {
  const rendered = renderArticle(input.body);
  await lockForWriting(ctx);
  const base = await requireKnowledgeBase(ctx, input.knowledgeBaseId);
  const sectionId = await requireSection(ctx, base.id, input.sectionId);
  const { slug, position } = await slugAndPosition(ctx, base.id, sectionId, input);
  const article = ctx.em.create(Article, {
    id: newId('art'),
    workspaceId: ctx.workspace,
    knowledgeBaseId: base.id,
    sectionId,
    position,
    slug,
    kind: input.kind,
    audience: articleAudience(base, input.visibility),
    ownerId: input.ownerId ?? (ctx.actor.kind === 'agent' ? ctx.actor.id : null),
    reviewOn:
      input.reviewAt ?? new Date(Date.now() + REVIEW_DAYS * DAY_MS).toISOString().slice(0, 10),
  });
  const { title, body, keywords, media } = input;
  const locale = base.locales[0]!;
  await insertVersion(ctx, article.id, {
    number: 1,
    locale,
    title,
    body,
    rendered,
    keywords: keywords ?? [],
    media: media ?? [],
    comment: null,
  });
  await appendEvent(ctx, 'article.created', article, { state: articleState(article, title) });
  return articlePayload(ctx, article.id);
}

/** The audience of an article in this knowledge base. Refuses a wider audience than that of the base. */
export function articleAudience(
  base: KnowledgeBase,
  visibility: ArticleVisibilityInput | null | undefined,
): Audience {
  const audience = visibility?.audience ?? base.audience;
  if (audience === Audience.EXTERNAL && base.audience === Audience.INTERNAL)
    throw new Refusal('VISIBILITY_TOO_WIDE', 'visibility.audience');
  return audience;
}

export async function requireSection(
  ctx: Context,
  baseId: string,
  id: string | null | undefined,
): Promise<string | null> {
  if (!id) return null;
  const section = await sectionById(ctx, id);
  if (section?.knowledgeBaseId !== baseId) throw new Refusal('NOT_FOUND', 'sectionId');
  return section.id;
}

/** A free slug, and the position after the last article of the section. */
async function slugAndPosition(
  ctx: Context,
  baseId: string,
  sectionId: string | null,
  input: ArticleCreateInput,
): Promise<{ slug: string; position: number }> {
  if (input.slug && !SLUG.test(input.slug)) throw new Refusal('INVALID', 'slug');
  const slug = input.slug ?? slugFromTitle(input.title);
  const rows = await execute(
    ctx,
    sql<{ taken: string[]; last: number }>`
    select coalesce(array_agg(slug) filter (where slug = ${slug} or slug like ${`${slug}-%`}), '{}') as taken,
      coalesce(max(position) filter (where section_id is not distinct from ${sectionId && uuidOf('sec', sectionId)}::uuid), 0) as last
    from article where workspace_id = ${ctx.workspace}::uuid and knowledge_base_id = ${uuidOf('kba', baseId)}::uuid`,
  );
  const taken = new Set(rows[0]!.taken);
  if (input.slug && taken.has(input.slug)) throw new Refusal('TAKEN', 'slug');
  return { slug: freeSlug(slug, taken), position: rows[0]!.last + 1 };
}
