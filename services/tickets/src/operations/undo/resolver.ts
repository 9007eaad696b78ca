import { Auth, Personal, Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { actorReference } from '../../people/external/actor.ts';
import { ticketById } from '../../model/lookup/find.ts';
import { merge } from '../merge/merge.ts';
import { split } from '../split/split.ts';
import { Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { conflictsOf, ofTicket, ticketsOf } from './find.ts';
import {
  OperationUndoInput,
  OperationUndoPayload,
  TicketMergeInput,
  TicketMergePayload,
  TicketSplitInput,
  TicketSplitPayload,
} from './input.ts';
import { Operation, OperationConflict } from '../../model/operation/operation.ts';
import { preview, OperationPreview } from './preview.ts';
import { undo } from './undo.ts';

/** So many tickets of an operation are tried. */
const FIRST = 100;

@Resolver(() => Operation)
export class OperationResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description: 'What ticketMerge would do; nothing of it is done.',
  })
  ticketMergePreview(
    @Arg('input', () => TicketMergeInput) input: TicketMergeInput,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return preview(ctx, (trial) => merge(trial, input));
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description: 'What ticketSplit would do; nothing of it is done, and no number is taken.',
  })
  ticketSplitPreview(
    @Arg('input', () => TicketSplitInput) input: TicketSplitInput,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return preview(ctx, (trial) => split(trial, input));
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description:
      'What operationUndo would do, of an operation on many tickets to the first 100 of them, with what stands against it; nothing of it is done.',
  })
  operationUndoPreview(
    @Arg('id', () => ID, { description: 'Which operation.' }) id: string,
    @Arg('partly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description:
        'Whether to take back the rest when later facts stand against a part; default false.',
    })
    partly: boolean | null,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return preview(ctx, (trial) => undo(trial, { id, partly }, FIRST));
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketMergePayload, {
    description:
      'Folds tickets of one requester into another one: their messages stand there, replies to them go there, and they are SOLVED as DUPLICATE. Can be taken back for 30 days.',
  })
  ticketMerge(
    @Arg('input', () => TicketMergeInput) input: TicketMergeInput,
    @Ctx() ctx: Context,
  ): Promise<TicketMergePayload> {
    return merge(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketSplitPayload, {
    description:
      'Cuts messages out into a new ticket of the same requester, maybe of another department; each of the two points to the other. Can be taken back for 30 days.',
  })
  ticketSplit(
    @Arg('input', () => TicketSplitInput) input: TicketSplitInput,
    @Ctx() ctx: Context,
  ): Promise<TicketSplitPayload> {
    return split(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => OperationUndoPayload, {
    description:
      'Takes an operation back, all of it in one transaction. Messages that were moved go to the ticket that they were written to, also those that came since; else fields go back, and notes and replies stay. Refused with UNDO_CONFLICT, and every conflict, when later facts stand against it; with IN_USE while its job is at work. Grouping and deletion are taken back by leads.',
  })
  operationUndo(
    @Arg('input', () => OperationUndoInput) input: OperationUndoInput,
    @Ctx() ctx: Context,
  ): Promise<OperationUndoPayload> {
    return undo(ctx, input);
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'Who did it.' })
  actor(@Root() { actorKind, actorId, actorName }: Operation): object {
    return actorReference(actorKind, actorId, actorName);
  }

  @FieldResolver(() => DateTime, { description: 'When it was done.' })
  at(@Root() { createdAt }: Operation): Date {
    return createdAt;
  }

  @FieldResolver(() => TicketConnection, {
    description: 'The tickets that it touched, by number; at most 100 a page.',
  })
  tickets(
    @Root() operation: Operation,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return ticketsOf(ctx, operation.id, page);
  }

  @FieldResolver(() => [OperationConflict], {
    description: 'Why parts of it were not taken back, or could not be.',
  })
  conflicts(@Root() operation: Operation, @Ctx() ctx: Context): Promise<OperationConflict[]> {
    return conflictsOf(ctx, operation);
  }
}

@Resolver(() => Ticket)
export class TicketOperations {
  @Auth({ roles: [Role.AGENT] })
  @Personal()
  @FieldResolver(() => [Operation], {
    nullable: true,
    description: 'The operations that touched it, newest first; at most 100.',
  })
  operations(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, { nullable: true, defaultValue: 10 }) first: number | null,
    @Ctx() ctx: Context,
  ): Promise<Operation[]> {
    return ofTicket(ctx, ticket.id, first ?? 10);
  }

  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The ticket that it was folded into; replies go there.',
  })
  mergedInto(@Root() { mergedIntoId }: Ticket, @Ctx() ctx: Context): Promise<Ticket | null> | null {
    return mergedIntoId ? ticketById(ctx, mergedIntoId) : null;
  }

  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The ticket that it was cut out of.',
  })
  splitFrom(@Root() { splitFromId }: Ticket, @Ctx() ctx: Context): Promise<Ticket | null> | null {
    return splitFromId ? ticketById(ctx, splitFromId) : null;
  }
}
