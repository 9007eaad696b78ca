import { Auth, Personal, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { OperationConflict, conflictsOfOperation } from './conflicts.ts';
import { operationsOfTicket, ticketsOfOperation } from './queries.ts';

@Resolver(() => Operation)
export class OperationResolver {
  @FieldResolver(() => ActorView, {
    nullable: true,
    description: 'The actor who ran the operation.',
  })
  actor(@Root() { actorKind, actorId, actorName }: Operation): object {
    return actorReference(actorKind, actorId, actorName);
  }

  @FieldResolver(() => DateTime, { description: 'The time of the operation.' })
  at(@Root() { createdAt }: Operation): Date {
    return createdAt;
  }

  @FieldResolver(() => TicketConnection, {
    description: 'The tickets the operation changed, by number; at most 100 a page.',
  })
  tickets(
    @Root() operation: Operation,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return ticketsOfOperation(ctx, operation.id, page);
  }

  @FieldResolver(() => [OperationConflict], {
    description:
      'The later changes that prevented parts of the operation from being undone, or would prevent it.',
  })
  conflicts(@Root() operation: Operation, @Ctx() ctx: Context): Promise<OperationConflict[]> {
    return conflictsOfOperation(ctx, operation);
  }
}

@Resolver(() => Ticket)
export class TicketOperations {
  @Auth({ roles: [Role.AGENT] })
  @Personal()
  @FieldResolver(() => [Operation], {
    nullable: true,
    description: 'The operations that changed the ticket, newest first; at most 100.',
  })
  operations(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, { nullable: true, defaultValue: 10 }) first: number | null,
    @Ctx() ctx: Context,
  ): Promise<Operation[]> {
    return operationsOfTicket(ctx, ticket.id, first ?? 10);
  }
}
