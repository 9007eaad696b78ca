import { Role } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { newId } from '@deskgraph/common/core/id';
import { IdentityKind } from '@deskgraph/common/auth/contact-identity';
import { line, loose, z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { identity } from '../../people/requester/identity.ts';
import { Agent } from './agent.ts';
import { agentState } from './events.ts';
import { setDepartmentsOfAgent, refuseUnknownIds } from './membership.ts';
import { refuseAccessRoleMismatch } from './rights.ts';

@InputType({ description: 'Input of agentInvite.' })
export class AgentInviteInput {
  static readonly bounds = loose({
    email: z.string().max(254),
    name: line(100),
    departmentIds: z.array(z.string()).max(100),
  });
  @Field(() => String, {
    description: 'The mail address that the person signs in with; unique in the workspace.',
  })
  email!: string;
  @Field(() => String, { description: 'The name to show, at most 100 characters.' }) name!: string;
  @Field(() => Role, { description: 'LIGHT, AGENT, LEAD, ADMIN or ANALYST.' }) role!: Role;
  @Field(() => ID, {
    nullable: true,
    description: 'Finer rights from the beginning, of an access role that refines this role.',
  })
  accessRoleId?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The departments that the person works in, at most 100.',
  })
  departmentIds?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of agentInvite.' })
export class AgentInvitePayload extends Payload {
  @Field(() => Agent, {
    nullable: true,
    description: 'The agent as it now stands; null when refused.',
  })
  agent?: Agent | null;
}

/** Takes a person into the staff. Who was there before comes back as the same agent. */
export async function inviteAgent(
  ctx: Context,
  input: AgentInviteInput,
): Promise<AgentInvitePayload> {
  if (input.role === Role.REQUESTER) throw new Refusal('INVALID', 'role');
  const { value: email } = identity(IdentityKind.EMAIL, input.email, 'email');
  const departmentIds = [...new Set(input.departmentIds)].sort();
  await refuseUnknownIds(ctx, 'department', input.departmentIds ?? [], 'departmentIds');
  const known = await ctx.em.findOne(Agent, { email }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (known?.active) throw new Refusal('TAKEN', 'email');
  const given = { name: input.name, role: input.role, accessRoleId: input.accessRoleId ?? null };
  await refuseAccessRoleMismatch(ctx, given, 'accessRoleId');
  const agent = known
    ? returned(known, given)
    : ctx.em.create(Agent, { id: newId('agt'), workspaceId: ctx.workspace, email, ...given });
  await record(ctx, 'agent.invited', agent, { state: agentState(agent, departmentIds) });
  await setDepartmentsOfAgent(ctx, agent.id, departmentIds);
  return { agent, userErrors: [] };
}

function returned(agent: Agent, given: Pick<Agent, 'name' | 'role' | 'accessRoleId'>): Agent {
  return Object.assign(agent, {
    ...given,
    active: true,
    version: agent.version + 1,
    updatedAt: new Date(),
  });
}
