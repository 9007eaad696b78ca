import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { TicketPriority } from '@deskgraph/common/contract/ticket-enums';
import { requireDepartmentId } from '../../staff/references.ts';

/** The values that a ticket gets with a category: its own, else those of its nearest ancestor. */
export interface CategoryDefaults {
  departmentId: string | null;
  priority: TicketPriority | null;
}

const NO_DEFAULTS: CategoryDefaults = { departmentId: null, priority: null };

/**
 * The defaults of the category that an input names at `categoryId`. The row is locked FOR KEY SHARE
 * until the transaction ends. Refused with NOT_FOUND when the category does not exist or is
 * deleted, and for apps that do not see the department that the ticket would get.
 */
export async function categoryDefaults(
  ctx: Context,
  id: string | null | undefined,
): Promise<CategoryDefaults> {
  if (id === null || id === undefined) return NO_DEFAULTS;
  return ctx.load.byKey(
    'category defaults',
    id,
    async (categoryIds) =>
      new Map(
        await Promise.all(
          categoryIds.map(
            async (categoryId) => [categoryId, await loadDefaults(ctx, categoryId)] as const,
          ),
        ),
      ),
    NO_DEFAULTS,
  );
}

async function loadDefaults(ctx: Context, id: string): Promise<CategoryDefaults> {
  if (!(await isCategoryAvailable(ctx, id))) throw new Refusal('NOT_FOUND', 'categoryId');
  const [defaults] = await execute(
    ctx,
    sql<{ department: string | null; priority: TicketPriority | null }>`
      with recursive path as (
        select parent_id, department_id, priority, 1 as step
        from category where id = ${uuidOf('cat', id)}::uuid
        union all
        select c.parent_id, c.department_id, c.priority, path.step + 1
        from path join category c on c.id = path.parent_id
      )
      select
        (array_agg(department_id order by step) filter (where department_id is not null))[1] as department,
        (array_agg(priority order by step) filter (where priority is not null))[1] as priority
      from path`,
  );
  const { department, priority } = defaults!;
  return {
    departmentId:
      department && (await requireDepartmentId(ctx, toId('dep', department), 'categoryId')),
    priority,
  };
}

/**
 * Whether tickets can get this category: it exists and is not deleted. The row is locked FOR KEY
 * SHARE until the transaction ends, so that the category is not deleted meanwhile.
 */
export async function isCategoryAvailable(ctx: Context, id: string): Promise<boolean> {
  const available = await execute(
    ctx,
    sql`
      select from category
      where id = ${uuidOf('cat', id)}::uuid and workspace_id = ${ctx.workspace}::uuid
        and deleted_at is null for key share`,
  );
  return available.length > 0;
}
