import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Audience } from '../base/audience.ts';
import type { KnowledgeBase } from '../base/base.ts';
import * as bases from '../base/find.ts';
import { bumpRevision } from '../base/revision.ts';
import { SLUG, freeSlug, slugOf } from '../base/slug.ts';
import * as sections from '../section/find.ts';
import { Article } from './article.ts';
import { stateOf } from './events.ts';
import type { ArticleCreateInput, ArticleVisibilityInput } from './input.ts';
import { type ArticlePayload, stands } from './payload.ts';
import { render } from './render.ts';
import { writeVersion } from './write.ts';

const REVIEW_DAYS = 180;
const DAY_MS = 86_400_000;

export async function create(context: Context, input: ArticleCreateInput): Promise<ArticlePayload> {
  const rendered = render(input.body);
  await bumpRevision(context);
  const base = await bases.required(context, input.knowledgeBaseId);
  const sectionId = await sectionOf(context, base.id, input.sectionId);
  const { slug, position } = await placeOf(context, base.id, sectionId, input);
  const article = context.em.create(Article, {
    id: newId('art'),
    workspaceId: context.workspace,
    knowledgeBaseId: base.id,
    sectionId,
    position,
    slug,
    kind: input.kind,
    audience: audienceOf(base, input.visibility),
    ownerId: input.ownerId ?? (context.actor.kind === 'agent' ? context.actor.id : null),
    reviewOn:
      input.reviewAt ?? new Date(Date.now() + REVIEW_DAYS * DAY_MS).toISOString().slice(0, 10),
  });
  const { title, body, keywords, media } = input;
  const locale = base.locales[0]!;
  await writeVersion(context, article.id, {
    number: 1,
    locale,
    title,
    body,
    rendered,
    keywords: keywords ?? [],
    media: media ?? [],
    comment: null,
  });
  await appendEvent(context, 'article.created', article, { state: stateOf(article, title) });
  return stands(context, article.id);
}

/** Whom an article in this base is for; refused when those are more than the base is for. */
export function audienceOf(
  base: KnowledgeBase,
  visibility: ArticleVisibilityInput | null | undefined,
): Audience {
  const audience = visibility?.audience ?? base.audience;
  if (audience === Audience.EXTERNAL && base.audience === Audience.INTERNAL)
    throw new Refusal('VISIBILITY_TOO_WIDE', 'visibility.audience');
  return audience;
}

export async function sectionOf(
  context: Context,
  baseId: string,
  id: string | null | undefined,
): Promise<string | null> {
  if (!id) return null;
  const section = await sections.byId(context, id);
  if (section?.knowledgeBaseId !== baseId) throw new Refusal('NOT_FOUND', 'sectionId');
  return section.id;
}

/** The free name in addresses, and the place behind the last article of the section. */
async function placeOf(
  context: Context,
  baseId: string,
  sectionId: string | null,
  input: ArticleCreateInput,
): Promise<{ slug: string; position: number }> {
  if (input.slug && !SLUG.test(input.slug)) throw new Refusal('INVALID', 'slug');
  const wanted = input.slug ?? slugOf(input.title);
  const { rows } = await sql<{ taken: string[]; last: number }>`
    select coalesce(array_agg(slug) filter (where slug = ${wanted} or slug like ${`${wanted}-%`}), '{}') as taken,
      coalesce(max(position) filter (where section_id is not distinct from ${sectionId && uuidOf('sec', sectionId)}::uuid), 0) as last
    from article where workspace_id = ${context.workspace}::uuid and knowledge_base_id = ${uuidOf('kba', baseId)}::uuid`.execute(
    context.em.getKysely(),
  );
  const taken = new Set(rows[0]!.taken);
  if (input.slug && taken.has(input.slug)) throw new Refusal('TAKEN', 'slug');
  return { slug: freeSlug(wanted, taken), position: rows[0]!.last + 1 };
}
