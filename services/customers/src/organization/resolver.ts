import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ExternalId, externalIds } from '../app/external.ts';
import { create } from './create.ts';
import { domains } from './domain.ts';
import { find, one } from './find.ts';
import {
  OrganizationCreateInput,
  OrganizationCreatePayload,
  OrganizationUpdateInput,
  OrganizationUpdatePayload,
} from './input.ts';
import { Organization, OrganizationConnection } from './organization.ts';
import { update } from './update.ts';

@Resolver(() => Organization)
export class OrganizationResolver {
  @Auth({ scopes: ['customers:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Query(() => Organization, {
    nullable: true,
    description:
      'One organization, by exactly one of id, externalId and domain; null when there is none. A requester gets his own ones only.',
  })
  organization(
    @Ctx() ctx: Context,
    @Arg('id', () => ID, { nullable: true }) id?: string | null,
    @Arg('externalId', () => String, {
      nullable: true,
      description: 'The id that the caller’s app knows it by; staff find that of any app.',
    })
    externalId?: string | null,
    @Arg('domain', () => String, {
      nullable: true,
      description: 'One of its mail domains, `example.com`.',
    })
    domain?: string | null,
  ): Promise<Organization | null> {
    return one(ctx, { id: id ?? null, externalId: externalId ?? null, domain: domain ?? null });
  }

  @Auth({ scopes: ['customers:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => OrganizationConnection, {
    description: 'The organizations of the workspace by name.',
  })
  organizations(
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
    @Arg('text', () => String, {
      nullable: true,
      description:
        'Words, or how they begin, in the name and the mail domains; at most 200 characters.',
    })
    text?: string | null,
  ): Promise<Page<Organization>> {
    return find(ctx, { ...page, text });
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => OrganizationCreatePayload, { description: 'Create an organization.' })
  organizationCreate(
    @Arg('input', () => OrganizationCreateInput) input: OrganizationCreateInput,
    @Ctx() ctx: Context,
  ): Promise<OrganizationCreatePayload> {
    return create(ctx, input);
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => OrganizationUpdatePayload, {
    description: 'Change an organization; what is absent stays, null clears.',
  })
  organizationUpdate(
    @Arg('input', () => OrganizationUpdateInput) input: OrganizationUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<OrganizationUpdatePayload> {
    return update(ctx, input);
  }

  @FieldResolver(() => [ExternalId], {
    description: 'The ids that partners know it by, unique per app.',
  })
  externalIds(@Root() organization: Organization, @Ctx() ctx: Context): Promise<ExternalId[]> {
    return externalIds(ctx, 'organization', organization.id);
  }

  @FieldResolver(() => [String], {
    description: 'Its mail domains; new customers with such an address join.',
  })
  domains(@Root() organization: Organization, @Ctx() ctx: Context): Promise<string[]> {
    return domains(ctx, organization.id);
  }
}
