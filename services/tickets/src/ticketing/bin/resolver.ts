import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
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
import { deleteTicket, markTicketSpam, restoreTicket } from './mutations.ts';
import { purgeTicket } from './purge.ts';

/** The bin (trash) and the spam queue. */
@Resolver()
export class TicketBin {
  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketSpamMarkPayload, {
    description:
      'Moves a ticket to the spam queue or out of it. Lists and reports do not contain spam.',
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
      'Moves a ticket to the bin (trash) for 30 days, where only callers who may restore it find it.',
  })
  ticketDelete(
    @Arg('input', () => TicketDeleteInput) input: TicketDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketDeletePayload> {
    return deleteTicket(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LEAD] })
  @Mutation(() => TicketRestorePayload, {
    description: 'Restores a ticket from the bin (trash), unchanged.',
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
      'Removes a ticket in the bin (trash) and its messages permanently. Its number is not used again, and the event log still contains what was done to it.',
  })
  ticketPurge(
    @Arg('input', () => TicketPurgeInput) input: TicketPurgeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketPurgePayload> {
    return purgeTicket(ctx, input);
  }
}
