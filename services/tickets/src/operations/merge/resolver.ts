import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ticketById } from '../../model/lookup/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { OperationPreview, previewOperation } from '../journal/preview.ts';
import { TicketMergeInput, TicketMergePayload } from './input.ts';
import { mergeTickets } from './merge.ts';

@Resolver(() => Ticket)
export class TicketMergeResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description: 'The effects that ticketMerge would have. Nothing is changed.',
  })
  ticketMergePreview(
    @Arg('input', () => TicketMergeInput) input: TicketMergeInput,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return previewOperation(ctx, (trial) => mergeTickets(trial, input));
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketMergePayload, {
    description:
      'Merges tickets of one requester into another ticket: their messages move to it, replies to them go to it, and they become SOLVED with the code DUPLICATE. Can be undone for 30 days.',
  })
  ticketMerge(
    @Arg('input', () => TicketMergeInput) input: TicketMergeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketMergePayload> {
    return mergeTickets(ctx, input);
  }

  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The ticket this one was merged into; replies go there.',
  })
  mergedInto(@Root() { mergedIntoId }: Ticket, @Ctx() ctx: Context): Promise<Ticket | null> | null {
    return mergedIntoId ? ticketById(ctx, mergedIntoId) : null;
  }
}
