import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description:
    'The active escalation of a ticket. It ends when the ticket is solved, or reassigned by anything but a further step.',
})
export class Escalation {
  pathId!: string | null;
  @Field(() => Int, {
    description: 'The current step, from 1; 1 when the ticket was escalated to a chosen agent.',
  })
  step!: number;
  @Field(() => String, { description: 'The reason.' }) reason!: string;
  @Field(() => DateTime, { description: 'The time at which this step was taken.' }) since!: Date;
  @Field(() => ActorView, {
    nullable: true,
    description: 'The actor who took this step; the system when it was taken automatically.',
  })
  by!: object | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'The time at which the system takes the next step. Null when there is none.',
  })
  nextAt!: Date | null;
}
