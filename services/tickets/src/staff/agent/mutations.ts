import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Role } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { expectVersion, line, loose, z } from '@deskgraph/common/graphql/input';
import { Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ANSWERING_ROLES } from '../references.ts';
import { unassignAllTickets } from './unassign-all.ts';
import { Agent } from './agent.ts';
import { agentState } from './events.ts';
import { lockAgent } from './lock.ts';
import { departmentIdsOfAgent, setDepartmentsOfAgent, refuseUnknownIds } from './membership.ts';
import { setAgentRights } from './rights.ts';

@InputType({ description: 'Input of agentUpdate. What is left out stays; null clears.' })
export class AgentUpdateInput {
  static readonly bounds = loose({ name: line(100), departmentIds: z.array(z.string()).max(100) });
  @Field(() => ID, { description: 'Which agent.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name to show, at most 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => Role, {
    nullable: true,
    description:
      'LIGHT, AGENT, LEAD, ADMIN or ANALYST; set by administrators only. Who does not answer any more gives the unsolved tickets back to their queues.',
  })
  role?: Role | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Finer rights, of an access role that refines the role of the person; set by administrators only. Null gives all of the role, and a new role goes with a fitting one, or null.',
  })
  accessRoleId?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The departments that the person works in, all of them, at most 100.',
  })
  departmentIds?: string[] | null;
  @Field(() => Locale, { nullable: true, description: 'The language that the person reads.' })
  locale?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of agentUpdate.' })
export class AgentUpdatePayload extends Payload {
  @Field(() => Agent, {
    nullable: true,
    description: 'The agent as it now stands; null when refused.',
  })
  agent?: Agent | null;
}

/** Changes a member of the staff. */
export async function updateAgent(
  ctx: Context,
  input: AgentUpdateInput,
): Promise<AgentUpdatePayload> {
  if (input.name === null) throw new Refusal('REQUIRED', 'name');
  const agent = await lockAgent(ctx, input.id);
  expectVersion(agent, input.expectedVersion);
  const earlier = await departmentIdsOfAgent(ctx, agent.id);
  const before = agentState(agent, earlier);
  await setAgentRights(ctx, agent, input);
  agent.name = input.name ?? agent.name;
  if (input.locale !== undefined) agent.locale = input.locale;
  const departmentIds =
    input.departmentIds === undefined
      ? earlier
      : await placed(ctx, agent, input.departmentIds ?? []);
  const after = agentState(agent, departmentIds);
  const changes = changesOf(before, after);
  if (!changes) return { agent, userErrors: [] };
  touch(agent);
  await record(ctx, 'agent.updated', agent, { state: after, changes });
  if (ANSWERING_ROLES.has(before.role) && !ANSWERING_ROLES.has(agent.role))
    await unassignAllTickets(ctx, agent.id);
  ctx.load.clear();
  return { agent, userErrors: [] };
}

async function placed(ctx: Context, agent: Agent, given: readonly string[]): Promise<string[]> {
  const departmentIds = [...new Set(given)].sort();
  if (!agent.active && departmentIds.length) throw new Refusal('INVALID', 'departmentIds');
  await refuseUnknownIds(ctx, 'department', given, 'departmentIds');
  await setDepartmentsOfAgent(ctx, agent.id, departmentIds);
  return departmentIds;
}
