import { Role } from '@deskgraph/common/auth/access';
import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
} from '@deskgraph/common/graphql/crud-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Locale } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Agent } from './agent.ts';

const departmentIds = z.array(z.string()).max(100);

@InputType({ description: 'Input of agentInvite.' })
export class AgentInviteInput {
  static readonly bounds = optionalFields({
    email: z.string().max(254),
    name: singleLine(100),
    departmentIds,
  });
  @Field(() => String, {
    description: 'The email address the agent signs in with; unique in the workspace.',
  })
  email!: string;
  @Field(() => String, { description: 'The display name, at most 100 characters.' }) name!: string;
  @Field(() => Role, { description: 'LIGHT, AGENT, LEAD, ADMIN or ANALYST.' }) role!: Role;
  @Field(() => ID, {
    nullable: true,
    description: 'An access role that restricts the agent; it must be based on `role`.',
  })
  accessRoleId?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The departments the agent works in, at most 100.',
  })
  departmentIds?: string[] | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of agentUpdate. Omitted fields stay unchanged; null clears.' })
export class AgentUpdateInput {
  static readonly bounds = optionalFields({ name: singleLine(100), departmentIds });
  @Field(() => ID, { description: 'The agent to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The display name, at most 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => Role, {
    nullable: true,
    description:
      'LIGHT, AGENT, LEAD, ADMIN or ANALYST; set by administrators only. When the new role does not answer tickets, the agent’s unsolved tickets return to the queues of their departments.',
  })
  role?: Role | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'An access role that restricts the agent; it must be based on the agent’s role. Set by administrators only. Null gives all rights of the role. To change the role of an agent with an access role, set a matching access role or null in the same call.',
  })
  accessRoleId?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The complete list of departments the agent works in, at most 100.',
  })
  departmentIds?: string[] | null;
  @Field(() => Locale, { nullable: true, description: 'The language the agent reads.' })
  locale?: string | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of agentDeactivate.' })
export class AgentDeactivateInput {
  @Field(() => ID, { description: 'The agent to deactivate.' }) id!: string;
}

const AFTER_CHANGE = { nullable: true, description: afterChange('agent') };

@ObjectType({ simpleResolvers: true, description: 'Result of agentInvite.' })
export class AgentInvitePayload extends Payload {
  @Field(() => Agent, AFTER_CHANGE) agent?: Agent | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of agentUpdate.' })
export class AgentUpdatePayload extends Payload {
  @Field(() => Agent, AFTER_CHANGE) agent?: Agent | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of agentDeactivate.' })
export class AgentDeactivatePayload extends Payload {
  @Field(() => Agent, AFTER_CHANGE) agent?: Agent | null;
}
