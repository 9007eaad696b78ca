import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { visible } from '../base/find.ts';
import { Section } from './section.ts';

/** A section is seen by whoever sees its base. */
async function select(context: Context, condition: Condition): Promise<Section[]> {
  const em = await context.read();
  const { rows } = await sql`
    select s.* from section s join knowledge_base b on b.workspace_id = s.workspace_id and b.id = s.knowledge_base_id
    where ${visible(context.actor)} and ${condition} order by s.position, s.id`.execute(
    em.getKysely(),
  );
  return hydrate(context.orm, Section, rows);
}

export const byId = (context: Context, id: string): Promise<Section | null> =>
  context.load.byId('section', id, (ids) =>
    select(context, sql`s.id = any(${uuidArray('sec', ids)})`),
  );

export const topOf = (context: Context, baseId: string): Promise<Section[]> =>
  context.load.byParent(
    'sections of a base',
    baseId,
    (bases) =>
      select(
        context,
        sql`s.knowledge_base_id = any(${uuidArray('kba', bases)}) and s.parent_id is null`,
      ),
    (section) => section.knowledgeBaseId,
  );

export const below = (context: Context, sectionId: string): Promise<Section[]> =>
  context.load.byParent(
    'sections of a section',
    sectionId,
    (parents) => select(context, sql`s.parent_id = any(${uuidArray('sec', parents)})`),
    (section) => section.parentId!,
  );
