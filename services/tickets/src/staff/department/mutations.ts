import { touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { type NewFact, recordAll } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { expectVersion, line, loose, z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { refuseUnknownIds } from '../agent/membership.ts';
import { setDepartmentTeam, departmentTeam } from '../agent/team.ts';
import type { Changes } from '../../model/ticket/events.ts';
import { Department } from './department.ts';
import { lockDepartment, refuseDepartmentNameTaken } from './lock.ts';

@InputType({ description: 'Input of departmentUpdate. What is left out stays; null clears.' })
export class DepartmentUpdateInput {
  static readonly bounds = loose({ name: line(100), agentIds: z.array(z.string()).max(1000) });
  @Field(() => ID, { description: 'Which department.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name, unique in the workspace, at most 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The agents that work in it, all of them, at most 1,000.',
  })
  agentIds?: string[] | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of departmentUpdate.' })
export class DepartmentUpdatePayload extends Payload {
  @Field(() => Department, {
    nullable: true,
    description: 'The department as it now stands; null when refused.',
  })
  department?: Department | null;
}

export async function updateDepartment(
  ctx: Context,
  input: DepartmentUpdateInput,
): Promise<DepartmentUpdatePayload> {
  if (input.name === null) throw new Refusal('REQUIRED', 'name');
  const department = await lockDepartment(ctx, input.id);
  expectVersion(department, input.expectedVersion);
  const changes: Changes = {};
  if (input.name !== undefined && input.name !== department.name) {
    await refuseDepartmentNameTaken(ctx, input.name, department.id);
    changes['name'] = [department.name, input.name];
    department.name = input.name;
  }
  const facts: NewFact[] = [];
  if (input.agentIds !== undefined) {
    const [before, after] = [
      await departmentTeam(ctx, department.id),
      [...new Set(input.agentIds)].sort(),
    ];
    await refuseUnknownIds(ctx, 'agent', input.agentIds ?? [], 'agentIds');
    facts.push(...(await setDepartmentTeam(ctx, department.id, after)));
    if (facts.length) changes['agentIds'] = [before, after];
  }
  if (!Object.keys(changes).length) return { department, userErrors: [] };
  touch(department);
  await recordAll(ctx, [
    {
      type: 'department.updated',
      subject: department,
      data: { state: { name: department.name }, changes },
    },
    ...facts,
  ]);
  ctx.load.clear();
  return { department, userErrors: [] };
}
