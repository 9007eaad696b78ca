import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { TicketEvent } from '../../history/event/event.ts';
import { Cause, causeOf } from './cause.ts';

@Resolver(() => TicketEvent)
export class EventCauseResolver {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => Cause, {
    nullable: true,
    description: 'The cause; null for a manual change of a single ticket. For staff only.',
  })
  cause(@Root() event: TicketEvent, @Ctx() ctx: Context): Promise<Cause | null> {
    return causeOf(ctx, event);
  }
}
