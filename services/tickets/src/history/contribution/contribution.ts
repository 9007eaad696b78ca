import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';

@ObjectType({ simpleResolvers: true, description: 'The share of one agent in a ticket.' })
export class Contribution {
  @Field(() => Agent, { description: 'Who.' }) agent!: Agent;
  @Field(() => Int, {
    description:
      'Public replies that lie in the ticket, redacted ones too; what is still to be sent is not counted.',
  })
  replies!: number;
  @Field(() => Int, { description: 'Notes that lie in the ticket, redacted ones too.' })
  notes!: number;
  @Field(() => DateTime, { description: 'The first thing that the agent did in or to the ticket.' })
  firstAt!: Date;
  @Field(() => DateTime, { description: 'The last thing that the agent did in or to the ticket.' })
  lastAt!: Date;
}
