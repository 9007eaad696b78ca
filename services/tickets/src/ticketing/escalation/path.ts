import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Duration, Json } from '@deskgraph/common/graphql/scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description: 'A step of an escalation: to an agent or to a department.',
})
export class EscalationStep {
  agentId!: string | null;
  departmentId!: string | null;
  @Field(() => Duration, { description: 'How long it takes until the next step comes by itself.' })
  after!: string;
}

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'To whom tickets are escalated, step by step; the oldest path whose filter lets a ticket through is the ticket’s.',
})
export class EscalationPath extends Stored {
  @PrimaryKey({ type: new Id('esc') })
  @Field(() => ID, { description: 'Prefix `esc_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name to show, at most 100 characters.' })
  name!: string;

  @Property({ type: 'json' })
  @Field(() => Json, { description: 'For which tickets, as a TicketFilter.' })
  filter!: object;

  @Property({ type: 'json' })
  @Field(() => [EscalationStep], { description: 'To whom, in this order.' })
  steps!: EscalationStep[];

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}
