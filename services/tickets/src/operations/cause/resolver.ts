import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { TicketEvent } from '../../history/event/event.ts';
import { Cause } from './cause.ts';
import { causeOf } from './find.ts';

@Resolver(() => TicketEvent)
export class EventCause {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => Cause, {
    nullable: true,
    description: 'Why, when not by hand to one ticket; for staff only.',
  })
  cause(@Root() event: TicketEvent, @Ctx() ctx: Context): Promise<Cause | null> {
    return causeOf(ctx, event);
  }
}
