import { changesOf, touch } from '@deskgraph/common/core/changes';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { unassignAllTickets } from './unassign-all.ts';
import { Agent } from './agent.ts';
import { agentState } from './events.ts';
import { lockAgent, refuseLastAdmin } from './lock.ts';
import { departmentIdsOfAgent, setDepartmentsOfAgent } from './membership.ts';

@InputType({ description: 'Input of agentDeactivate.' })
export class AgentDeactivateInput {
  @Field(() => ID, { description: 'Which agent.' }) id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of agentDeactivate.' })
export class AgentDeactivatePayload extends Payload {
  @Field(() => Agent, {
    nullable: true,
    description: 'The agent as it now stands; null when refused.',
  })
  agent?: Agent | null;
}

/** Ends a person's access. Unsolved tickets go back to their queues in the same transaction; the name stays on past work. */
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
  touch(agent);
  await setDepartmentsOfAgent(ctx, agent.id, []);
  const after = agentState(agent, []);
  await record(ctx, 'agent.deactivated', agent, {
    state: after,
    changes: changesOf(before, after),
  });
  await unassignAllTickets(ctx, agent.id);
  ctx.load.clear();
  return { agent, userErrors: [] };
}
