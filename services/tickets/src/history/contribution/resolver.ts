import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Contribution } from './contribution.ts';
import { findContributions } from './find.ts';

@Resolver(() => Ticket)
export class TicketContributions {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [Contribution], {
    nullable: true,
    description: 'The share of each agent who did something in or to it, by name; for staff only.',
  })
  contributions(@Root() { id }: Ticket, @Ctx() ctx: Context): Promise<Contribution[]> {
    return findContributions(ctx, id);
  }
}
