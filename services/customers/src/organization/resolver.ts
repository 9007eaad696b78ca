import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ExternalId, externalIdsOf } from '../app/external.ts';
import { createOrganization } from './create.ts';
import { organizationDomains } from './domain.ts';
import { findOrganizations, findOrganization } from './find.ts';
import {
  OrganizationCreateInput,
  OrganizationCreatePayload,
  OrganizationUpdateInput,
  OrganizationUpdatePayload,
} from './input.ts';
import { Organization, OrganizationConnection } from './organization.ts';
import { updateOrganization } from './update.ts';

@Resolver(() => Organization)
export class OrganizationResolver {
  @Auth({ scopes: ['customers:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Query(() => Organization, {
    nullable: true,
    description:
      'An organization by exactly one of id, externalId and domain. Null when there is none. A requester reads only their own organizations.',
  })
  organization(
    @Ctx() ctx: Context,
    @Arg('id', () => ID, { nullable: true }) id?: string | null,
    @Arg('externalId', () => String, {
      nullable: true,
      description: 'The external id set by the calling app. Staff find ids of all apps.',
    })
    externalId?: string | null,
    @Arg('domain', () => String, {
      nullable: true,
      description: 'An e-mail domain of the organization, for example `example.com`.',
    })
    domain?: string | null,
  ): Promise<Organization | null> {
    return findOrganization(ctx, {
      id: id ?? null,
      externalId: externalId ?? null,
      domain: domain ?? null,
    });
  }

  @Auth({ scopes: ['customers:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => OrganizationConnection, {
    description: 'The organizations of the workspace, by name.',
  })
  organizations(
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
    @Arg('text', () => String, {
      nullable: true,
      description:
        'Words or word prefixes in the name and the e-mail domains. At most 200 characters.',
    })
    text?: string | null,
  ): Promise<Page<Organization>> {
    return findOrganizations(ctx, { ...page, text });
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => OrganizationCreatePayload, { description: 'Create an organization.' })
  organizationCreate(
    @Arg('input', () => OrganizationCreateInput) input: OrganizationCreateInput,
    @Ctx() ctx: Context,
  ): Promise<OrganizationCreatePayload> {
    return createOrganization(ctx, input);
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => OrganizationUpdatePayload, {
    description: 'Update an organization. Absent fields stay unchanged, null clears them.',
  })
  organizationUpdate(
    @Arg('input', () => OrganizationUpdateInput) input: OrganizationUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<OrganizationUpdatePayload> {
    return updateOrganization(ctx, input);
  }

  @FieldResolver(() => [ExternalId], {
    description: 'The ids of the organization in partner systems, unique per app.',
  })
  externalIds(@Root() organization: Organization, @Ctx() ctx: Context): Promise<ExternalId[]> {
    return externalIdsOf(ctx, 'organization', organization.id);
  }

  @FieldResolver(() => [String], {
    description:
      'The e-mail domains of the organization. New customers with such an address join it.',
  })
  domains(@Root() organization: Organization, @Ctx() ctx: Context): Promise<string[]> {
    return organizationDomains(ctx, organization.id);
  }
}
