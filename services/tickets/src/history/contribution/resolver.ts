import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Contribution, findContributions } from './contribution.ts';

@Resolver(() => Ticket)
export class TicketContributions {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [Contribution], {
    nullable: true,
    description:
      'The contributions of all agents who worked on the ticket, by name. For staff only.',
  })
  contributions(@Root() { id }: Ticket, @Ctx() ctx: Context): Promise<Contribution[]> {
    return findContributions(ctx, id);
  }
}
