import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { Department } from './department.ts';

/** The rule of `isDepartmentVisible` as a condition on `d`. */
const visibleDepartmentSql = ({ kind, workspace, departments }: Actor): Condition =>
  sql`(d.workspace_id = ${workspace}::uuid and ${
    kind === 'app' && departments.length ? sql`d.id = any(${ids('dep', departments)})` : sql`true`
  })`;

/** All departments by name. */
export const findDepartments = (ctx: Context): Promise<Department[]> =>
  entities(
    ctx,
    Department,
    sql`
      select d.* from department d
      where ${visibleDepartmentSql(ctx.actor)} and d.deleted_at is null
      order by lower(d.name), d.id`,
  );

/** A department by id, also when deleted: past tickets and reports name it. Null if not visible. */
export const departmentById = (ctx: Context, id: string): Promise<Department | null> =>
  ctx.load.byId('department', id, (departmentIds) =>
    entities(
      ctx,
      Department,
      sql`
        select d.* from department d
        where d.id = any(${ids('dep', departmentIds)}) and ${visibleDepartmentSql(ctx.actor)}`,
    ),
  );
