import { Auth, Role } from '@deskgraph/common/auth/access';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ExternalId, externalIdsOf } from '../app/external.ts';
import { loadIdentities } from '../identity/find.ts';
import { CustomerIdentity, IdentityInput } from '../identity/identity.ts';
import { Organization } from '../organization/organization.ts';
import { createCustomer } from './create.ts';
import { Customer, CustomerConnection } from './customer.ts';
import { CustomerFilter } from './filter.ts';
import { findCustomers, findCustomer } from './find.ts';
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
import { updateCustomer } from './update.ts';
import { upsertCustomer } from './upsert.ts';

@Resolver(() => Customer)
export class CustomerResolver {
  @Auth({ scopes: ['customers:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Query(() => Customer, {
    nullable: true,
    description:
      'A customer by exactly one of id, externalId and identity. Null when there is none. A requester reads only their own record.',
  })
  customer(
    @Ctx() ctx: Context,
    @Arg('id', () => ID, { nullable: true }) id?: string | null,
    @Arg('externalId', () => String, {
      nullable: true,
      description: 'The external id set by the calling app. Staff find ids of all apps.',
    })
    externalId?: string | null,
    @Arg('identity', () => IdentityInput, {
      nullable: true,
      description: 'An identity of the customer.',
    })
    identity?: IdentityInput | null,
  ): Promise<Customer | null> {
    return findCustomer(ctx, {
      id: id ?? null,
      externalId: externalId ?? null,
      identity: identity ?? null,
    });
  }

  @Auth({ scopes: ['customers:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => CustomerConnection, {
    description: 'The customers of the workspace. The default order is by name.',
  })
  customers(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
    @Arg('filter', () => CustomerFilter, { nullable: true }) filter?: CustomerFilter | null,
    @Arg('orderBy', () => [CustomerOrder], { nullable: true }) orderBy?: CustomerOrder[] | null,
  ): Promise<Page<Customer>> {
    return findCustomers(ctx, { ...page, filter, orderBy });
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => CustomerCreatePayload, { description: 'Create a customer.' })
  customerCreate(
    @Arg('input', () => CustomerCreateInput) input: CustomerCreateInput,
    @Ctx() ctx: Context,
  ): Promise<CustomerCreatePayload> {
    return createCustomer(ctx, input);
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.REQUESTER, Role.AGENT] })
  @Mutation(() => CustomerUpdatePayload, {
    description: 'Update a customer. A requester can update their own name, locale and timeZone.',
  })
  customerUpdate(
    @Arg('input', () => CustomerUpdateInput) input: CustomerUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<CustomerUpdatePayload> {
    return updateCustomer(ctx, input);
  }

  @Auth({ scopes: ['customers:write'], roles: [Role.AGENT] })
  @Mutation(() => CustomerUpsertPayload, {
    description: 'Create a customer, or update the one with this external id or identity.',
  })
  customerUpsert(
    @Arg('input', () => CustomerUpsertInput) input: CustomerUpsertInput,
    @Ctx() ctx: Context,
  ): Promise<CustomerUpsertPayload> {
    return upsertCustomer(ctx, input);
  }

  @FieldResolver(() => [ExternalId], {
    description: 'The ids of the customer in partner systems, unique per app.',
  })
  externalIds(@Root() customer: Customer, @Ctx() ctx: Context): Promise<ExternalId[]> {
    return externalIdsOf(ctx, 'customer', customer.id);
  }

  @FieldResolver(() => [CustomerIdentity], {
    description:
      'The identities of the customer: e-mail addresses, phone numbers, handles, visitor ids. The primary one of each kind comes first.',
  })
  identities(@Root() customer: Customer, @Ctx() ctx: Context): Promise<CustomerIdentity[]> {
    return loadIdentities(ctx, customer.id);
  }

  @FieldResolver(() => Location, { nullable: true, description: 'The location of the customer.' })
  location(@Root() customer: Customer): Location | null {
    return locationOf(customer);
  }

  @FieldResolver(() => [Organization], {
    description: 'The organizations of the customer, by name.',
  })
  organizations(@Root() customer: Customer, @Ctx() ctx: Context): Promise<Organization[]> {
    return organizationsOf(ctx, customer.id);
  }
}
