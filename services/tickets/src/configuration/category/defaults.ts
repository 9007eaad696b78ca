import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { requireDepartmentId } from '../../staff/references.ts';
import type { TicketPriority } from '../../model/ticket/enums.ts';

/** What a category gives to a ticket: its own, or what the nearest above it has. */
export interface CategoryDefaults {
  departmentId: string | null;
  priority: TicketPriority | null;
}

const NOTHING: CategoryDefaults = { departmentId: null, priority: null };

/**
 * The category that an input names at `categoryId`, by what it gives; held until the transaction ends. It is not there for an app that does not
 * see the department that the ticket would go to.
 */
export async function categoryDefaults(
  ctx: Context,
  id: string | null | undefined,
): Promise<CategoryDefaults> {
  if (id === null || id === undefined) return NOTHING;
  const each = async (one: string) => [one, await given(ctx, one)] as const;
  return ctx.load.byKey(
    'what categories give',
    id,
    async (ids) => new Map(await Promise.all(ids.map(each))),
    NOTHING,
  );
}

async function given(ctx: Context, id: string): Promise<CategoryDefaults> {
  if (!(await isCategoryAvailable(ctx, id))) throw new Refusal('NOT_FOUND', 'categoryId');
  const { rows } = await sql<{ department: string | null; priority: TicketPriority | null }>`
    with recursive path as (
      select parent_id, department_id, priority, 1 as step from category where id = ${uuidOf('cat', id)}::uuid
      union all
      select c.parent_id, c.department_id, c.priority, path.step + 1 from path join category c on c.id = path.parent_id
    )
    select (array_agg(department_id order by step) filter (where department_id is not null))[1] as department,
      (array_agg(priority order by step) filter (where priority is not null))[1] as priority
    from path`.execute(ctx.em.getKysely());
  const { department, priority } = rows[0]!;
  return {
    departmentId:
      department && (await requireDepartmentId(ctx, toId('dep', department), 'categoryId')),
    priority,
  };
}

/** Can tickets still get this category? */
export async function isCategoryAvailable(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from category where id = ${uuidOf('cat', id)}::uuid and workspace_id = ${ctx.workspace}::uuid and deleted_at is null for key share
  `.execute(ctx.em.getKysely());
  return rows.length > 0;
}
