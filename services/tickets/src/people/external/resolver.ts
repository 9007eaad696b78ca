import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { findTicketsOf } from '../../model/lookup/queries.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import { type Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { Customer, Organization } from './external-entities.ts';

@Resolver(() => Customer)
export class CustomerTickets {
  @FieldResolver(() => TicketConnection, {
    nullable: true,
    description:
      'The tickets of which the customer is the requester. Requesters see their own only.',
  })
  tickets(
    @Root() customer: Customer,
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findTicketsOf(ctx, { column: 'requester_id', prefix: 'cus' }, customer.id, {
      filter,
      orderBy,
      ...page,
    });
  }
}

@Resolver(() => Organization)
export class OrganizationTickets {
  @FieldResolver(() => TicketConnection, {
    nullable: true,
    description: 'The tickets of the organization. Requesters see their own only.',
  })
  tickets(
    @Root() organization: Organization,
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findTicketsOf(ctx, { column: 'organization_id', prefix: 'org' }, organization.id, {
      filter,
      orderBy,
      ...page,
    });
  }
}
