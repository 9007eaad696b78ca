import { Auth, Personal, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { byId as operationById } from '../undo/find.ts';
import { Operation } from '../../model/operation/operation.ts';
import { ticketById } from '../../model/lookup/find.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { cancel } from './cancel.ts';
import { byId, resultsOf } from './find.ts';
import { follow } from './follow.ts';
import {
  BulkJobCancelInput,
  BulkJobCancelPayload,
  TicketsUpdateInput,
  TicketsUpdatePayload,
} from './input.ts';
import { OperationPreview } from '../undo/preview.ts';
import { previewUpdate } from './preview.ts';
import { BulkJob, BulkResult, BulkResultConnection } from './job.ts';
import { start } from './start.ts';

@Resolver(() => BulkJob)
export class BulkJobResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => BulkJob, {
    nullable: true,
    description: 'A job, for who asked for it and for leads.',
  })
  bulkJob(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<BulkJob | null> {
    return byId(ctx, id);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description:
      'What ticketsUpdate would do to the first 100 of its tickets, in its order, with what each of them would be refused; nothing of it is done.',
  })
  ticketsUpdatePreview(
    @Arg('input', () => TicketsUpdateInput) input: TicketsUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return previewUpdate(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketsUpdatePayload, {
    description:
      'One action on many tickets, done in the background with the rights of the caller, by the same rules as by hand; what one ticket is refused stops no other. Can be taken back for 30 days, but for what was written. A reply is sent whatever others did meanwhile.',
  })
  ticketsUpdate(
    @Arg('input', () => TicketsUpdateInput) input: TicketsUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketsUpdatePayload> {
    return start(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => BulkJobCancelPayload, {
    description: 'Stops a job after the tickets at work; what is done stays done.',
  })
  bulkJobCancel(
    @Arg('input', () => BulkJobCancelInput) input: BulkJobCancelInput,
    @Ctx() ctx: Context,
  ): Promise<BulkJobCancelPayload> {
    return cancel(ctx, input);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Personal()
  @Subscription(() => BulkJob, {
    description:
      'A job as it is, and each time it has come further; over when the job has ended, and at once when there is none for the caller. Who was away subscribes anew.',
    subscribe: ({ context, args }: { context: Context; args: { id: string } }) =>
      follow(context, args.id),
  })
  bulkJobChanged(
    @Root() job: BulkJob,
    @Arg('id', () => ID, { description: 'Which job.' }) _id: string,
  ): BulkJob {
    return job;
  }

  @Personal()
  @FieldResolver(() => Operation, {
    nullable: true,
    description:
      'The operation, to be taken back once the job has ended; null for jobs of before there were such.',
  })
  operation(
    @Root() { operationId }: BulkJob,
    @Ctx() ctx: Context,
  ): Promise<Operation | null> | null {
    return operationId === null ? null : operationById(ctx, operationId);
  }

  @FieldResolver(() => BulkResultConnection, {
    description: 'What came of it so far, ticket by ticket.',
  })
  results(
    @Root() job: BulkJob,
    @Arg('failedOnly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Only those that were refused; default false.',
    })
    failedOnly: boolean | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<BulkResult>> {
    return resultsOf(ctx, job, failedOnly ?? false, page);
  }
}

@Resolver(() => BulkResult)
export class BulkResultTicket {
  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'Which ticket; null when there is none for the caller.',
  })
  ticket(@Root() { ticketId }: BulkResult, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, ticketId);
  }
}
