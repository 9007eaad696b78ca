import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../agent/agent.ts';
import {
  AccessRoleCreateInput,
  AccessRoleCreatePayload,
  AccessRoleDeleteInput,
  AccessRoleDeletePayload,
  AccessRoleUpdateInput,
  AccessRoleUpdatePayload,
} from './input.ts';
import { AccessRole } from './access-role.ts';
import { createAccessRole, deleteAccessRole, updateAccessRole } from './mutations.ts';
import { accessRoleById, findAccessRoles } from './queries.ts';

@Resolver(() => AccessRole)
export class AccessRoleResolver {
  @Auth({ scopes: ['settings:read'], roles: [Role.ADMIN] })
  @Query(() => [AccessRole], { description: 'The access roles of the workspace, by name.' })
  accessRoles(@Ctx() ctx: Context): Promise<AccessRole[]> {
    return findAccessRoles(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => AccessRoleCreatePayload, {
    description:
      'Creates an access role: a role with fewer scopes and fewer tickets, given to agents with agentInvite or agentUpdate. At most 200 in a workspace.',
  })
  accessRoleCreate(
    @Arg('input', () => AccessRoleCreateInput) input: AccessRoleCreateInput,
    @Ctx() ctx: Context,
  ): Promise<AccessRoleCreatePayload> {
    return createAccessRole(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => AccessRoleUpdatePayload, {
    description:
      'Updates an access role. The change applies within seconds to all agents who have it; their open streams resynchronise.',
  })
  accessRoleUpdate(
    @Arg('input', () => AccessRoleUpdateInput) input: AccessRoleUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<AccessRoleUpdatePayload> {
    return updateAccessRole(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => AccessRoleDeletePayload, {
    description: 'Deletes an access role. Refused with IN_USE while an agent has it.',
  })
  accessRoleDelete(
    @Arg('input', () => AccessRoleDeleteInput) input: AccessRoleDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<AccessRoleDeletePayload> {
    return deleteAccessRole(ctx, input);
  }
}

@Resolver(() => Agent)
export class AgentAccess {
  @Auth({ roles: [Role.LEAD] })
  @FieldResolver(() => AccessRole, {
    nullable: true,
    description:
      'The access role that restricts the agent. Null when the agent has all rights of the role.',
  })
  accessRole(
    @Root() { accessRoleId }: Agent,
    @Ctx() ctx: Context,
  ): Promise<AccessRole | null> | null {
    return accessRoleId ? accessRoleById(ctx, accessRoleId) : null;
  }
}
