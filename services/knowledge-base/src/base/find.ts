import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { isStaff, reads } from '../actor/staff.ts';
import { KnowledgeBase } from './base.ts';

/** Which rows of `knowledge_base b` the caller may know of. Every look-up of a base goes through it. */
export function visible(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const own = sql<boolean>`b.workspace_id = ${actor.workspace}::uuid`;
  return isStaff(actor) ? own : sql`(${own} and b.audience = 'EXTERNAL')`;
}

async function select(context: Context, condition: Condition): Promise<KnowledgeBase[]> {
  const em = await context.read();
  const { rows } = await sql`
    select b.* from knowledge_base b where ${visible(context.actor)} and ${condition} order by b.created_at, b.id`.execute(
    em.getKysely(),
  );
  return hydrate(context.orm, KnowledgeBase, rows);
}

export const all = (context: Context): Promise<KnowledgeBase[]> => select(context, sql`true`);

export const byId = (context: Context, id: string): Promise<KnowledgeBase | null> =>
  context.load.byId('base', id, (ids) =>
    select(context, sql`b.id = any(${uuidArray('kba', ids)})`),
  );

export async function one(
  context: Context,
  id?: string | null,
  slug?: string | null,
): Promise<KnowledgeBase | null> {
  if (typeof id === 'string' && typeof slug !== 'string') return byId(context, id);
  if (typeof slug === 'string' && typeof id !== 'string')
    return (await select(context, sql`b.slug = ${slug}`))[0] ?? null;
  throw new Refusal([{ code: 'INVALID', field: ['id'], message: 'Give either an id or a slug.' }]);
}

/** The base that a verb works in; refused as NOT_FOUND when there is none for the caller. */
export async function required(context: Context, id: string): Promise<KnowledgeBase> {
  const base = await byId(context, id);
  if (!base) throw new Refusal('NOT_FOUND', 'knowledgeBaseId');
  return base;
}
