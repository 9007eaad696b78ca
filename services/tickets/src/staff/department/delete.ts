import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { recordAll } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { uuidOf } from '@deskgraph/common/core/id';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { setDepartmentTeam } from '../agent/team.ts';
import { refuseNamed } from '../../model/saved-filter/named.ts';
import { lockDepartment } from './lock.ts';

@InputType({ description: 'Input of departmentDelete.' })
export class DepartmentDeleteInput {
  @Field(() => ID, { description: 'Which department.' }) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of departmentDelete.' })
export class DepartmentDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}

/** Closes a department in which nothing waits and into which no category leads, and that nothing kept names. Its row stays, for the tickets and reports of the past to name it. */
export async function deleteDepartment(
  ctx: Context,
  input: DepartmentDeleteInput,
): Promise<DepartmentDeletePayload> {
  const department = await lockDepartment(ctx, input.id);
  expectVersion(department, input.expectedVersion);
  if (await isNeeded(ctx, department.id)) throw new Refusal('IN_USE', 'id');
  await refuseNamed(ctx, department.id);
  const team = await setDepartmentTeam(ctx, department.id, []);
  department.deletedAt = new Date();
  department.updatedAt = department.deletedAt;
  department.version += 1;
  await recordAll(ctx, [
    { type: 'department.deleted', subject: department, data: { state: { name: department.name } } },
    ...team,
  ]);
  return { deletedId: department.id, userErrors: [] };
}

async function isNeeded(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select exists (
      select from ticket where workspace_id = ${ctx.workspace}::uuid and department_id = ${uuidOf('dep', id)}::uuid
        and status not in ('SOLVED', 'CLOSED')
    ) or exists (
      select from category where workspace_id = ${ctx.workspace}::uuid and department_id = ${uuidOf('dep', id)}::uuid and deleted_at is null
    ) as needed`.execute(ctx.em.getKysely());
  return rows[0]!.needed;
}
