import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description:
    'An escalation in force: until the ticket is solved, or somebody puts it into other hands.',
})
export class Escalation {
  pathId!: string | null;
  @Field(() => Int, {
    description: 'The step that was taken, from 1; 1 when an agent was chosen by hand.',
  })
  step!: number;
  @Field(() => String, { description: 'Why.' }) reason!: string;
  @Field(() => DateTime, { description: 'When this step was taken.' }) since!: Date;
  @Field(() => ActorView, {
    nullable: true,
    description: 'Who took it: a person, or the system in time.',
  })
  by!: object | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the next step comes by itself; null when there is none.',
  })
  nextAt!: Date | null;
}
