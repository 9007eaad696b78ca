import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import {
  TicketSnoozeInput,
  TicketSnoozePayload,
  TicketWakeInput,
  TicketWakePayload,
} from './input.ts';
import { snoozeTicket, wakeTicket } from './snooze.ts';

@Resolver()
export class SnoozeResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketSnoozePayload, {
    description: 'Snoozes a ticket until an instant, or until the requester replies.',
  })
  ticketSnooze(
    @Arg('input', () => TicketSnoozeInput) input: TicketSnoozeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketSnoozePayload> {
    return snoozeTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketWakePayload, {
    description: 'Ends the snooze of a ticket; a ticket that is not snoozed stays as it is.',
  })
  ticketWake(
    @Arg('input', () => TicketWakeInput) input: TicketWakeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketWakePayload> {
    return wakeTicket(ctx, input);
  }
}
