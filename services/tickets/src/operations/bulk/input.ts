import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { TicketActionInput } from '../action/action.ts';
import { Operation } from '../../model/operation/operation.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { BulkJob } from './job.ts';

/** As many tickets as one job changes. */
export const MOST = 5_000;

@InputType({ description: 'Input of ticketsUpdate; exactly one of `ids` and `filter`.' })
export class TicketsUpdateInput {
  static readonly bounds = optionalFields({
    ids: z.array(z.string()).min(1).max(MOST),
    action: TicketActionInput.bounds,
  });
  @Field(() => [ID], {
    nullable: true,
    description: 'These tickets, 1 to 5,000; one that is not there is told in its result.',
  })
  ids?: string[] | null;
  @Field(() => TicketFilter, {
    nullable: true,
    description: 'All tickets that the filter lets through now, at most 5,000.',
  })
  filter?: TicketFilter | null;
  @Field(() => TicketActionInput, { description: 'What to do to each.' })
  action!: TicketActionInput;
}

@InputType({ description: 'Input of bulkJobCancel.' })
export class BulkJobCancelInput {
  @Field(() => ID, { description: 'Which job.' }) id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketsUpdate.' })
export class TicketsUpdatePayload extends Payload {
  @Field(() => BulkJob, { nullable: true, description: 'The job that does it; null when refused.' })
  job?: BulkJob | null;
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation, to be taken back once the job has ended; null when refused. Tickets come to it as they are done.',
  })
  operation?: Operation | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of bulkJobCancel.' })
export class BulkJobCancelPayload extends Payload {
  @Field(() => BulkJob, {
    nullable: true,
    description: 'The job as it now stands; null when refused.',
  })
  job?: BulkJob | null;
}
