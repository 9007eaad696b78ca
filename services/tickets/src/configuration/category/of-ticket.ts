import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { TicketCategory } from './category.ts';
import { categoryById } from './find.ts';

@Resolver(() => Ticket)
export class CategoryOfTicket {
  @FieldResolver(() => TicketCategory, {
    nullable: true,
    description: 'What it is about; gave it department and priority.',
  })
  category(
    @Root() { categoryId }: Ticket,
    @Ctx() ctx: Context,
  ): Promise<TicketCategory | null> | null {
    return categoryId ? categoryById(ctx, categoryId) : null;
  }
}
