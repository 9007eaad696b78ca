import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ticketById } from '../../model/lookup/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { OperationPreview, previewOperation } from '../journal/preview.ts';
import { TicketSplitInput, TicketSplitPayload } from './input.ts';
import { splitTicket } from './split.ts';

@Resolver(() => Ticket)
export class TicketSplitResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description:
      'The effects that ticketSplit would have. Nothing is changed, and no ticket number is used.',
  })
  ticketSplitPreview(
    @Arg('input', () => TicketSplitInput) input: TicketSplitInput,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return previewOperation(ctx, (trial) => splitTicket(trial, input));
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketSplitPayload, {
    description:
      'Moves messages into a new ticket of the same requester, optionally in another department. Each of the two tickets refers to the other. Can be undone for 30 days.',
  })
  ticketSplit(
    @Arg('input', () => TicketSplitInput) input: TicketSplitInput,
    @Ctx() ctx: Context,
  ): Promise<TicketSplitPayload> {
    return splitTicket(ctx, input);
  }

  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The ticket this one was split from.',
  })
  splitFrom(@Root() { splitFromId }: Ticket, @Ctx() ctx: Context): Promise<Ticket | null> | null {
    return splitFromId ? ticketById(ctx, splitFromId) : null;
  }
}
