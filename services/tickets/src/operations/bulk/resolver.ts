import { Auth, Personal, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
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
import { ticketById } from '../../model/lookup/queries.ts';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { OperationPreview } from '../journal/preview.ts';
import { operationById } from '../journal/queries.ts';
import {
  BulkJobCancelInput,
  BulkJobCancelPayload,
  TicketsUpdateInput,
  TicketsUpdatePayload,
} from './input.ts';
import { BulkJob, BulkResult, BulkResultConnection } from './job.ts';
import { cancelBulkJob, startBulkJob } from './mutations.ts';
import { previewTicketsUpdate } from './preview.ts';
import { subscribeToJob } from './progress.ts';
import { bulkJobById, resultsOfJob } from './queries.ts';

@Resolver(() => BulkJob)
export class BulkJobResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => BulkJob, {
    nullable: true,
    description: 'A bulk job by its id. Visible to its creator and to leads.',
  })
  bulkJob(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<BulkJob | null> {
    return bulkJobById(ctx, id);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => OperationPreview, {
    description:
      'The effects and refusals that ticketsUpdate would have, on the first 100 of its tickets in its order. Nothing is changed.',
  })
  ticketsUpdatePreview(
    @Arg('input', () => TicketsUpdateInput) input: TicketsUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<OperationPreview> {
    return previewTicketsUpdate(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => TicketsUpdatePayload, {
    description:
      'Applies one action to many tickets in the background, with the rights of the caller and the rules of the single mutations. A refusal for one ticket does not stop the others. A reply is sent even when others have written since. Can be undone for 30 days, except for written messages.',
  })
  ticketsUpdate(
    @Arg('input', () => TicketsUpdateInput) input: TicketsUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketsUpdatePayload> {
    return startBulkJob(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => BulkJobCancelPayload, {
    description:
      'Cancels a job after the tickets that are being changed. Changed tickets stay changed.',
  })
  bulkJobCancel(
    @Arg('input', () => BulkJobCancelInput) input: BulkJobCancelInput,
    @Ctx() ctx: Context,
  ): Promise<BulkJobCancelPayload> {
    return cancelBulkJob(ctx, input);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Personal()
  @Subscription(() => BulkJob, {
    description:
      'The job now and after each progress. Ends when the job has ended, and at once when the caller cannot see it. After a disconnect, subscribe again.',
    subscribe: ({ context, args }: { context: Context; args: { id: string } }) =>
      subscribeToJob(context, args.id),
  })
  bulkJobChanged(
    @Root() job: BulkJob,
    @Arg('id', () => ID, { description: 'The job.' }) _id: string,
  ): BulkJob {
    return job;
  }

  @Personal()
  @FieldResolver(() => Operation, {
    nullable: true,
    description:
      'The operation, which can be undone once the job has ended. Null for jobs from before operations were recorded.',
  })
  operation(
    @Root() { operationId }: BulkJob,
    @Ctx() ctx: Context,
  ): Promise<Operation | null> | null {
    return operationId === null ? null : operationById(ctx, operationId);
  }

  @FieldResolver(() => BulkResultConnection, {
    description: 'The results so far, one per ticket.',
  })
  results(
    @Root() job: BulkJob,
    @Arg('failedOnly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Only results with refusals; default false.',
    })
    failedOnly: boolean | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<BulkResult>> {
    return resultsOfJob(ctx, job, failedOnly ?? false, page);
  }
}

@Resolver(() => BulkResult)
export class BulkResultTicket {
  @FieldResolver(() => Ticket, {
    nullable: true,
    description: 'The ticket. Null when it does not exist or the caller cannot see it.',
  })
  ticket(@Root() { ticketId }: BulkResult, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, ticketId);
  }
}
