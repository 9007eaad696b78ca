import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { canReadInternal, canReadArticles } from '../actor/staff.ts';
import { KnowledgeBase } from './base.ts';

/** The rows of `knowledge_base b` that exist for the caller. Every look-up uses it. */
export function visibleKnowledgeBaseSql(actor: Actor): Condition {
  if (!canReadArticles(actor)) return sql`false`;
  const own = sql<boolean>`b.workspace_id = ${actor.workspace}::uuid`;
  return canReadInternal(actor) ? own : sql`(${own} and b.audience = 'EXTERNAL')`;
}

async function selectKnowledgeBases(ctx: Context, condition: Condition): Promise<KnowledgeBase[]> {
  const em = await ctx.read();
  const { rows } = await sql`
    select b.* from knowledge_base b where ${visibleKnowledgeBaseSql(ctx.actor)} and ${condition} order by b.created_at, b.id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, KnowledgeBase, rows);
}

export const findKnowledgeBases = (ctx: Context): Promise<KnowledgeBase[]> =>
  selectKnowledgeBases(ctx, sql`true`);

export const knowledgeBaseById = (ctx: Context, id: string): Promise<KnowledgeBase | null> =>
  ctx.load.byId('base', id, (ids) =>
    selectKnowledgeBases(ctx, sql`b.id = any(${uuidArray('kba', ids)})`),
  );

export async function findKnowledgeBase(
  ctx: Context,
  id?: string | null,
  slug?: string | null,
): Promise<KnowledgeBase | null> {
  if (typeof id === 'string' && typeof slug !== 'string') return knowledgeBaseById(ctx, id);
  if (typeof slug === 'string' && typeof id !== 'string')
    return (await selectKnowledgeBases(ctx, sql`b.slug = ${slug}`))[0] ?? null;
  throw new Refusal([{ code: 'INVALID', field: ['id'], message: 'Give either an id or a slug.' }]);
}

/** The knowledge base with this id. Refuses with NOT_FOUND when it does not exist for the caller. */
export async function requireKnowledgeBase(ctx: Context, id: string): Promise<KnowledgeBase> {
  const base = await knowledgeBaseById(ctx, id);
  if (!base) throw new Refusal('NOT_FOUND', 'knowledgeBaseId');
  return base;
}
