import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { TicketNextInput, TicketNextPayload } from './input.ts';
import { next } from './next.ts';

@Resolver()
export class NextTicket {
  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketNextPayload, {
    description:
      'Gives the caller the most urgent ticket, and of equally urgent ones what has waited longest, of those that are NEW or OPEN, awake and in nobody’s hands; no two callers get the same one. Null when there is none, and for apps, who have nothing in hand.',
  })
  ticketNext(
    @Arg('input', () => TicketNextInput) input: TicketNextInput,
    @Ctx() ctx: Context,
  ): Promise<TicketNextPayload> {
    return next(ctx, input);
  }
}
