import { changedFields, bumpVersion } from '@deskgraph/common/core/changes';
import { Role } from '@deskgraph/common/auth/access';
import { IdentityKind, parseIdentity } from '@deskgraph/common/auth/contact-identity';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { lockForUpdate, requireNotNull } from '@deskgraph/common/database/crud';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { LockMode } from '@mikro-orm/postgresql';
import { ANSWERING_ROLES } from '../references.ts';
import { Agent, agentState } from './agent.ts';
import { unassignAllTickets } from './assignment.ts';
import type {
  AgentDeactivateInput,
  AgentDeactivatePayload,
  AgentInviteInput,
  AgentInvitePayload,
  AgentUpdateInput,
  AgentUpdatePayload,
} from './input.ts';
import { departmentIdsOfAgent, refuseUnknownIds, setDepartmentsOfAgent } from './membership.ts';
import { refuseAccessRoleMismatch, refuseLastAdmin, setAgentRights } from './rights.ts';

/** Adds an agent. An agent who was deactivated before is activated again and keeps the id. */
export async function inviteAgent(
  ctx: Context,
  input: AgentInviteInput,
): Promise<AgentInvitePayload> {
  if (input.role === Role.REQUESTER) throw new Refusal('INVALID', 'role');
  const { value: email } = parseIdentity(IdentityKind.EMAIL, input.email, 'email');
  const departmentIds = [...new Set(input.departmentIds)].sort();
  await refuseUnknownIds(ctx, 'department', input.departmentIds ?? [], 'departmentIds');
  const existing = await ctx.em.findOne(Agent, { email }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (existing?.active) throw new Refusal('TAKEN', 'email');
  const { name, role, accessRoleId = null } = input;
  await refuseAccessRoleMismatch(ctx, { role, accessRoleId }, 'accessRoleId');
  const values = { name, role, accessRoleId, active: true };
  const agent = existing
    ? Object.assign(existing, values)
    : ctx.em.create(Agent, { id: newId('agt'), workspaceId: ctx.workspace, email, ...values });
  if (existing) bumpVersion(existing);
  await appendEvent(ctx, 'agent.invited', agent, { state: agentState(agent, departmentIds) });
  await setDepartmentsOfAgent(ctx, agent.id, departmentIds);
  return { agent, userErrors: [] };
}

export async function updateAgent(
  ctx: Context,
  input: AgentUpdateInput,
): Promise<AgentUpdatePayload> {
  requireNotNull(input, ['name']);
  const agent = await lockAgent(ctx, input.id);
  refuseStaleVersion(agent, input.expectedVersion);
  const departmentIdsBefore = await departmentIdsOfAgent(ctx, agent.id);
  const before = agentState(agent, departmentIdsBefore);
  await setAgentRights(ctx, agent, input);
  agent.name = input.name ?? agent.name;
  if (input.locale !== undefined) agent.locale = input.locale;
  const departmentIds =
    input.departmentIds === undefined
      ? departmentIdsBefore
      : await changeDepartments(ctx, agent, input.departmentIds ?? []);
  const after = agentState(agent, departmentIds);
  const changes = changedFields(before, after);
  if (!changes) return { agent, userErrors: [] };
  bumpVersion(agent);
  await appendEvent(ctx, 'agent.updated', agent, { state: after, changes });
  if (ANSWERING_ROLES.has(before.role) && !ANSWERING_ROLES.has(agent.role))
    await unassignAllTickets(ctx, agent.id);
  ctx.load.clear();
  return { agent, userErrors: [] };
}

async function changeDepartments(
  ctx: Context,
  agent: Agent,
  inputIds: readonly string[],
): Promise<string[]> {
  const departmentIds = [...new Set(inputIds)].sort();
  if (!agent.active && departmentIds.length) throw new Refusal('INVALID', 'departmentIds');
  await refuseUnknownIds(ctx, 'department', inputIds, 'departmentIds');
  await setDepartmentsOfAgent(ctx, agent.id, departmentIds);
  return departmentIds;
}

/**
 * Ends an agent's access. The same transaction returns the agent's unsolved tickets to the queues
 * of their departments; the name stays on past work.
 */
export async function deactivateAgent(
  ctx: Context,
  input: AgentDeactivateInput,
): Promise<AgentDeactivatePayload> {
  const agent = await lockAgent(ctx, input.id);
  if (!agent.active) return { agent, userErrors: [] };
  await refuseLastAdmin(ctx, agent, 'id');
  const before = agentState(agent, await departmentIdsOfAgent(ctx, agent.id));
  agent.active = false;
  agent.accessRoleId = null;
  bumpVersion(agent);
  await setDepartmentsOfAgent(ctx, agent.id, []);
  const after = agentState(agent, []);
  await appendEvent(ctx, 'agent.deactivated', agent, {
    state: after,
    changes: changedFields(before, after),
  });
  await unassignAllTickets(ctx, agent.id);
  ctx.load.clear();
  return { agent, userErrors: [] };
}

/** While the row is locked, no other transaction assigns a ticket to the agent. */
const lockAgent = (ctx: Context, id: string): Promise<Agent> => lockForUpdate(ctx, Agent, id);
