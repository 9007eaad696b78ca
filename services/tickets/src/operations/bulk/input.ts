import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { TicketActionInput } from '../action/action.ts';
import { BulkJob } from './job.ts';

export const MAX_TICKETS_PER_JOB = 5_000;

@InputType({ description: 'Input of ticketsUpdate; exactly one of `ids` and `filter`.' })
export class TicketsUpdateInput {
  static readonly bounds = optionalFields({
    ids: z.array(z.string()).min(1).max(MAX_TICKETS_PER_JOB),
    action: TicketActionInput.bounds,
  });
  @Field(() => [ID], {
    nullable: true,
    description:
      'The tickets to change, 1 to 5,000. A ticket that does not exist is reported in its result.',
  })
  ids?: string[] | null;
  @Field(() => TicketFilter, {
    nullable: true,
    description: 'Changes all tickets that match the filter now, at most 5,000.',
  })
  filter?: TicketFilter | null;
  @Field(() => TicketActionInput, { description: 'The action to apply to each ticket.' })
  action!: TicketActionInput;
}

@InputType({ description: 'Input of bulkJobCancel.' })
export class BulkJobCancelInput {
  @Field(() => ID, { description: 'The job to cancel.' }) id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketsUpdate.' })
export class TicketsUpdatePayload extends Payload {
  @Field(() => BulkJob, {
    nullable: true,
    description: 'The job that changes the tickets. Null when refused.',
  })
  job?: BulkJob | null;
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation, which can be undone once the job has ended. Tickets are added to it as they are changed. Null when refused.',
  })
  operation?: Operation | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of bulkJobCancel.' })
export class BulkJobCancelPayload extends Payload {
  @Field(() => BulkJob, { nullable: true, description: afterChange('job') })
  job?: BulkJob | null;
}
