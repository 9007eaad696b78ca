import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { deleteTicket } from './mutations.ts';
import {
  TicketDeleteInput,
  TicketPurgeInput,
  TicketRestoreInput,
  TicketSpamMarkInput,
  TicketDeletePayload,
  TicketPurgePayload,
  TicketRestorePayload,
  TicketSpamMarkPayload,
} from './input.ts';
import { purgeTicket } from './purge.ts';
import { restoreTicket } from './restore.ts';
import { markTicketSpam } from './spam-mark.ts';

/** What takes tickets out of sight, and back. */
@Resolver()
export class TicketBin {
  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketSpamMarkPayload, {
    description:
      'Puts a ticket into the spam queue or takes it out; lists and reports leave spam out.',
  })
  ticketSpamMark(
    @Arg('input', () => TicketSpamMarkInput) input: TicketSpamMarkInput,
    @Ctx() ctx: Context,
  ): Promise<TicketSpamMarkPayload> {
    return markTicketSpam(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LEAD] })
  @Mutation(() => TicketDeletePayload, {
    description:
      'Puts a ticket into the bin for 30 days, where only those find it who may restore it.',
  })
  ticketDelete(
    @Arg('input', () => TicketDeleteInput) input: TicketDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketDeletePayload> {
    return deleteTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LEAD] })
  @Mutation(() => TicketRestorePayload, {
    description: 'Takes a ticket out of the bin, as it was.',
  })
  ticketRestore(
    @Arg('input', () => TicketRestoreInput) input: TicketRestoreInput,
    @Ctx() ctx: Context,
  ): Promise<TicketRestorePayload> {
    return restoreTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketPurgePayload, {
    description:
      'Removes a ticket of the bin for ever, with its messages. Its number is not given again, and the log goes on telling what was done to it.',
  })
  ticketPurge(
    @Arg('input', () => TicketPurgeInput) input: TicketPurgeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketPurgePayload> {
    return purgeTicket(ctx, input);
  }
}
