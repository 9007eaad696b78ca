import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { Department } from './department.ts';

/** Does the department exist for the actor? An app that is bound to some knows of no others. */
export const isDepartmentVisible = ({ kind, departments }: Actor, id: string): boolean =>
  kind !== 'app' || !departments.length || departments.includes(id);

/** The same as a condition on `d`. */
const visibleDepartmentSql = ({
  kind,
  workspace,
  departments,
}: Actor): Condition => sql`(d.workspace_id = ${workspace}::uuid
  and ${kind === 'app' && departments.length ? sql`d.id = any(${uuids('dep', departments)})` : sql`true`})`;

/** All departments by name. */
export async function findDepartments(ctx: Context): Promise<Department[]> {
  const em = await ctx.read();
  const { rows } = await sql`
    select d.* from department d where ${visibleDepartmentSql(ctx.actor)} and d.deleted_at is null order by lower(d.name), d.id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, Department, rows);
}

/** Also one that is deleted: tickets and reports of the past name it. */
export const departmentById = (ctx: Context, id: string): Promise<Department | null> =>
  ctx.load.byId('department', id, async (ids) => {
    const em = await ctx.read();
    const { rows } =
      await sql`select d.* from department d where d.id = any(${uuids('dep', ids)}) and ${visibleDepartmentSql(ctx.actor)}`.execute(
        em.getKysely(),
      );
    return hydrate(ctx.orm, Department, rows);
  });
