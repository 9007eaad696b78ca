import { recordAll } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { newId } from '@deskgraph/common/core/id';
import { line, loose, z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { refuseUnknownIds } from '../agent/membership.ts';
import { setDepartmentTeam } from '../agent/team.ts';
import { Department } from './department.ts';
import { refuseDepartmentNameTaken } from './lock.ts';

@InputType({ description: 'Input of departmentCreate.' })
export class DepartmentCreateInput {
  static readonly bounds = loose({ name: line(100), agentIds: z.array(z.string()).max(1000) });
  @Field(() => String, {
    description: 'The name, unique in the workspace, at most 100 characters.',
  })
  name!: string;
  @Field(() => [ID], { nullable: true, description: 'The agents that work in it, at most 1,000.' })
  agentIds?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of departmentCreate.' })
export class DepartmentCreatePayload extends Payload {
  @Field(() => Department, {
    nullable: true,
    description: 'The department as it now stands; null when refused.',
  })
  department?: Department | null;
}

export async function createDepartment(
  ctx: Context,
  input: DepartmentCreateInput,
): Promise<DepartmentCreatePayload> {
  const agentIds = input.agentIds ?? [];
  await refuseUnknownIds(ctx, 'agent', agentIds, 'agentIds');
  const department = ctx.em.create(Department, {
    id: newId('dep'),
    workspaceId: ctx.workspace,
    name: input.name,
  });
  await refuseDepartmentNameTaken(ctx, input.name, department.id);
  const team = await setDepartmentTeam(ctx, department.id, agentIds);
  await recordAll(ctx, [
    { type: 'department.created', subject: department, data: { state: { name: department.name } } },
    ...team,
  ]);
  return { department, userErrors: [] };
}
