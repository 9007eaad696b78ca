import { Auth, Role } from '@deskgraph/common/auth/access';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ExternalId, externalIds } from '../app/external.ts';
import { identities } from '../identity/find.ts';
import { CustomerIdentity, IdentityInput } from '../identity/identity.ts';
import { Organization } from '../organization/organization.ts';
import { create } from './create.ts';
import { Customer, CustomerConnection } from './customer.ts';
import { CustomerFilter } from './filter.ts';
import { find, one } from './find.ts';
import {
  CustomerCreateInput,
  CustomerCreatePayload,
  CustomerUpdateInput,
  CustomerUpdatePayload,
  CustomerUpsertInput,
  CustomerUpsertPayload,
} from './input.ts';
import { Location, locationOf } from './location.ts';
import { organizationsOf } from './membership.ts';
import { CustomerOrder } from './order.ts';
import { update } from './update.ts';
import { upsert } from './upsert.ts';

@Resolver(() => Customer)
export class CustomerResolver {
  @Auth({ scopes: ['customers:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Query(() => Customer, {
    nullable: true,
    description:
      'One customer, by exactly one of id, externalId and identity; null when there is none. A requester gets himself only.',
  })
  customer(
    @Ctx() ctx: Context,
    @Arg('id', () => ID, { nullable: true }) id?: string | null,
    @Arg('externalId', () => String, {
      nullable: true,
      description: 'The id that the caller’s app knows the person by; staff find that of any app.',
    })
    externalId?: string | null,
    @Arg('identity', () => IdentityInput, {
      nullable: true,
      description: 'An identity of the person.',
    })
    identity?: IdentityInput | null,
  ): Promise<Customer | null> {
    return one(ctx, { id: id ?? null, externalId: externalId ?? null, identity: identity ?? null });
  }

  @Auth({ scopes: ['customers:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => CustomerConnection, {
    description: 'The customers of the workspace, by name when no order is given.',
  })
  customers(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
    @Arg('filter', () => CustomerFilter, { nullable: true }) filter?: CustomerFilter | null,
    @Arg('orderBy', () => [CustomerOrder], { nullable: true }) orderBy?: CustomerOrder[] | null,
  ): Promise<Page<Customer>> {
    return find(ctx, { ...page, filter, orderBy });
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => CustomerCreatePayload, { description: 'Create a customer.' })
  customerCreate(
    @Arg('input', () => CustomerCreateInput) input: CustomerCreateInput,
    @Ctx() ctx: Context,
  ): Promise<CustomerCreatePayload> {
    return create(ctx, input);
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.REQUESTER, Role.AGENT] })
  @Mutation(() => CustomerUpdatePayload, {
    description: 'Change a customer; a requester changes his own name, locale and timeZone.',
  })
  customerUpdate(
    @Arg('input', () => CustomerUpdateInput) input: CustomerUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<CustomerUpdatePayload> {
    return update(ctx, input);
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => CustomerUpsertPayload, {
    description: 'Create a customer, or change the one that a partner’s id or an identity names.',
  })
  customerUpsert(
    @Arg('input', () => CustomerUpsertInput) input: CustomerUpsertInput,
    @Ctx() ctx: Context,
  ): Promise<CustomerUpsertPayload> {
    return upsert(ctx, input);
  }

  @FieldResolver(() => [ExternalId], {
    description: 'The ids that partners know the person by, unique per app.',
  })
  externalIds(@Root() customer: Customer, @Ctx() ctx: Context): Promise<ExternalId[]> {
    return externalIds(ctx, 'customer', customer.id);
  }

  @FieldResolver(() => [CustomerIdentity], {
    description:
      'What the person is recognised by: mail addresses, phone numbers, handles, visitor ids; the first choice of each kind first.',
  })
  identities(@Root() customer: Customer, @Ctx() ctx: Context): Promise<CustomerIdentity[]> {
    return identities(ctx, customer.id);
  }

  @FieldResolver(() => Location, { nullable: true, description: 'Where the person is.' })
  location(@Root() customer: Customer): Location | null {
    return locationOf(customer);
  }

  @FieldResolver(() => [Organization], {
    description: 'The organizations that the person belongs to, by name.',
  })
  organizations(@Root() customer: Customer, @Ctx() ctx: Context): Promise<Organization[]> {
    return organizationsOf(ctx, customer.id);
  }
}
