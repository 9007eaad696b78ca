import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../agent/agent.ts';
import { createAccessRole } from './create.ts';
import { deleteAccessRole } from './delete.ts';
import { accessRoleById, findAccessRoles } from './queries.ts';
import {
  AccessRoleCreateInput,
  AccessRoleCreatePayload,
  AccessRoleDeleteInput,
  AccessRoleDeletePayload,
  AccessRoleUpdateInput,
  AccessRoleUpdatePayload,
} from './input.ts';
import { AccessRole } from './access-role.ts';
import { updateAccessRole } from './mutations.ts';

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
      'Creates an access role: finer rights than those of a role, to be given to people with agentInvite or agentUpdate. At most 200 in a workspace.',
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
      'Changes an access role. It holds for everybody who has it within seconds; open streams are told to read anew.',
  })
  accessRoleUpdate(
    @Arg('input', () => AccessRoleUpdateInput) input: AccessRoleUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<AccessRoleUpdatePayload> {
    return updateAccessRole(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => AccessRoleDeletePayload, {
    description: 'Deletes an access role; refused with IN_USE while somebody has it.',
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
    description: 'Finer rights; null where the person has all of the role.',
  })
  accessRole(
    @Root() { accessRoleId }: Agent,
    @Ctx() ctx: Context,
  ): Promise<AccessRole | null> | null {
    return accessRoleId ? accessRoleById(ctx, accessRoleId) : null;
  }
}
