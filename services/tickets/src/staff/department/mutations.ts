import { bumpVersion } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  createdEvent,
  deletedEvent,
  lockForUpdate,
  refuseDuplicate,
  requireNotNull,
} from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { refuseReferencedId } from '../../model/saved-filter/references.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import { departmentTeam, refuseUnknownIds, setDepartmentTeam } from '../agent/membership.ts';
import { isDepartmentVisible } from '../references.ts';
import { Department, departmentEvents } from './department.ts';
import type {
  DepartmentCreateInput,
  DepartmentCreatePayload,
  DepartmentDeleteInput,
  DepartmentDeletePayload,
  DepartmentUpdateInput,
  DepartmentUpdatePayload,
} from './input.ts';

export async function createDepartment(
  ctx: Context,
  { name, agentIds }: DepartmentCreateInput,
): Promise<DepartmentCreatePayload> {
  await refuseUnknownIds(ctx, 'agent', agentIds ?? [], 'agentIds');
  await refuseDuplicate(ctx, Department, { name }, { ignoreCase: true });
  const department = ctx.em.create(Department, {
    id: newId('dep'),
    workspaceId: ctx.workspace,
    name,
  });
  const teamEvents = await setDepartmentTeam(ctx, department.id, agentIds ?? []);
  await appendEvents(ctx, [createdEvent(departmentEvents, department), ...teamEvents]);
  return { department, userErrors: [] };
}

export async function updateDepartment(
  ctx: Context,
  input: DepartmentUpdateInput,
): Promise<DepartmentUpdatePayload> {
  requireNotNull(input, ['name']);
  const department = await lockDepartment(ctx, input.id);
  refuseStaleVersion(department, input.expectedVersion);
  const changes: Changes = {};
  if (typeof input.name === 'string' && input.name !== department.name) {
    const options = { exceptId: department.id, ignoreCase: true };
    await refuseDuplicate(ctx, Department, { name: input.name }, options);
    changes['name'] = [department.name, input.name];
    department.name = input.name;
  }
  const teamEvents: NewEvent[] = [];
  if (input.agentIds !== undefined) {
    const before = await departmentTeam(ctx, department.id);
    const after = [...new Set(input.agentIds)].sort();
    await refuseUnknownIds(ctx, 'agent', input.agentIds ?? [], 'agentIds');
    teamEvents.push(...(await setDepartmentTeam(ctx, department.id, after)));
    if (teamEvents.length) changes['agentIds'] = [before, after];
  }
  if (!Object.keys(changes).length) return { department, userErrors: [] };
  bumpVersion(department);
  const data = { state: departmentEvents.stateOf(department), changes };
  await appendEvents(ctx, [
    { type: 'department.updated', subject: department, data },
    ...teamEvents,
  ]);
  ctx.load.clear();
  return { department, userErrors: [] };
}

/**
 * Deletes a department softly: past tickets and reports still name it. Refused with IN_USE while it
 * has unsolved tickets, a category assigns tickets to it, or a saved filter or action names it.
 */
export async function deleteDepartment(
  ctx: Context,
  input: DepartmentDeleteInput,
): Promise<DepartmentDeletePayload> {
  const department = await lockDepartment(ctx, input.id);
  refuseStaleVersion(department, input.expectedVersion);
  if (await hasTicketsOrCategories(ctx, department.id)) throw new Refusal('IN_USE', 'id');
  await refuseReferencedId(ctx, department.id);
  const teamEvents = await setDepartmentTeam(ctx, department.id, []);
  await appendEvents(ctx, [deletedEvent(ctx, departmentEvents, department), ...teamEvents]);
  return { deletedId: department.id, userErrors: [] };
}

/** While the row is locked, no other transaction puts a ticket into the department. */
async function lockDepartment(ctx: Context, id: string): Promise<Department> {
  const department = await lockForUpdate(ctx, Department, id);
  if (!isDepartmentVisible(ctx.actor, id)) throw new Refusal('NOT_FOUND', 'id');
  return department;
}

async function hasTicketsOrCategories(ctx: Context, id: string): Promise<boolean> {
  const isOfDepartment = sql`workspace_id = ${ctx.workspace}::uuid
    and department_id = ${uuidOf('dep', id)}::uuid`;
  const [row] = await execute(
    ctx,
    sql<{ isInUse: boolean }>`
      select exists (
        select from ticket where ${isOfDepartment} and status not in ('SOLVED', 'CLOSED')
      ) or exists (
        select from category where ${isOfDepartment} and deleted_at is null
      ) as "isInUse"`,
  );
  return row!.isInUse;
}
