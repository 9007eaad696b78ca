import { Personal } from '@deskgraph/common/auth/access';
import { Field, ObjectType } from 'type-graphql';
import { BulkJob } from '../bulk/job.ts';
import { TicketEvent } from '../../history/event/event.ts';
import { Macro } from '../macro/macro.ts';
import { Operation } from '../../model/operation/operation.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'What something came of, when it was not done by hand to one ticket.',
})
export class Cause {
  @Field(() => Macro, {
    nullable: true,
    description: 'The macro that did it, if the caller has it.',
  })
  macro!: Macro | null;
  @Personal()
  @Field(() => BulkJob, {
    nullable: true,
    description: 'The job on many tickets that did it, for who asked for it and for leads.',
  })
  job!: BulkJob | null;
  @Personal()
  @Field(() => Operation, {
    nullable: true,
    description: 'The operation that it was a part of, or by which it was taken back.',
  })
  operation!: Operation | null;
  @Field(() => TicketEvent, {
    nullable: true,
    description:
      'The fact that set it off, where it came by itself: the reply that brought a ticket back, the solution of the problem of an incident, or after which a ticket was closed.',
  })
  event!: TicketEvent | null;
}
