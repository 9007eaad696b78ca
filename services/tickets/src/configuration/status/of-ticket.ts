import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { visibleCustomStatus } from './find.ts';
import { CustomStatus } from './status.ts';

@Resolver(() => Ticket)
export class CustomStatusOfTicket {
  @FieldResolver(() => CustomStatus, {
    nullable: true,
    description:
      'The workspace’s own status that refines `status`; null when none does, and for requesters while it is ON_HOLD.',
  })
  customStatus(
    @Root() { customStatusId }: Ticket,
    @Ctx() ctx: Context,
  ): Promise<CustomStatus | null> | null {
    return customStatusId ? visibleCustomStatus(ctx, customStatusId) : null;
  }
}
