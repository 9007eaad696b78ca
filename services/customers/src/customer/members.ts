import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Organization } from '../organization/organization.ts';
import { type Customer, CustomerConnection } from './customer.ts';
import { organizationMembers } from './find.ts';

/** The field that customers add to organizations. */
@Resolver(() => Organization)
export class MembersResolver {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => CustomerConnection, {
    nullable: true,
    description: 'The members by name. Staff only.',
  })
  customers(
    @Root() organization: Organization,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Customer>> {
    return organizationMembers(ctx, organization.id, page);
  }
}
