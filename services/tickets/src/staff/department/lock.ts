import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { Department } from './department.ts';
import { isDepartmentVisible } from './queries.ts';

/** The department to change. While it is locked no ticket comes into it. */
export async function lockDepartment(ctx: Context, id: string): Promise<Department> {
  const department = await ctx.em.findOne(
    Department,
    { id, deletedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!department || !isDepartmentVisible(ctx.actor, id)) throw new Refusal('NOT_FOUND', 'id');
  return department;
}

export async function refuseDepartmentNameTaken(
  ctx: Context,
  name: string,
  ownId: string,
): Promise<void> {
  const { rows } = await sql`
    select from department
    where workspace_id = ${ctx.workspace}::uuid and lower(name) = lower(${name}) and deleted_at is null and id <> ${uuidOf('dep', ownId)}::uuid
  `.execute(ctx.em.getKysely());
  if (rows.length) throw new Refusal('TAKEN', 'name');
}
