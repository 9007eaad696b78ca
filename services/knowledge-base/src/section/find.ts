import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { visibleKnowledgeBaseSql } from '../base/find.ts';
import { Section } from './section.ts';

/** A section exists for a caller when its knowledge base does. */
async function select(ctx: Context, condition: Condition): Promise<Section[]> {
  const em = await ctx.read();
  const { rows } = await sql`
    select s.* from section s join knowledge_base b on b.workspace_id = s.workspace_id and b.id = s.knowledge_base_id
    where ${visibleKnowledgeBaseSql(ctx.actor)} and ${condition} order by s.position, s.id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, Section, rows);
}

export const sectionById = (ctx: Context, id: string): Promise<Section | null> =>
  ctx.load.byId('section', id, (ids) => select(ctx, sql`s.id = any(${uuidArray('sec', ids)})`));

export const topSections = (ctx: Context, baseId: string): Promise<Section[]> =>
  ctx.load.byParent(
    'sections of a base',
    baseId,
    (bases) =>
      select(
        ctx,
        sql`s.knowledge_base_id = any(${uuidArray('kba', bases)}) and s.parent_id is null`,
      ),
    (section) => section.knowledgeBaseId,
  );

export const subsections = (ctx: Context, sectionId: string): Promise<Section[]> =>
  ctx.load.byParent(
    'sections of a section',
    sectionId,
    (parents) => select(ctx, sql`s.parent_id = any(${uuidArray('sec', parents)})`),
    (section) => section.parentId!,
  );
