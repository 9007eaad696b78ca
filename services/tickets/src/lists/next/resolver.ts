import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { TicketNextInput, TicketNextPayload } from './input.ts';
import { assignNextTicket } from './next.ts';

@Resolver()
export class NextTicket {
  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketNextPayload, {
    description:
      'Assigns the most urgent unassigned ticket (NEW or OPEN, not snoozed) to the caller; ties go to the longest waiting. Null when there is none, and for apps. Concurrent callers never get the same ticket.',
  })
  ticketNext(
    @Arg('input', () => TicketNextInput) input: TicketNextInput,
    @Ctx() ctx: Context,
  ): Promise<TicketNextPayload> {
    return assignNextTicket(ctx, input);
  }
}
