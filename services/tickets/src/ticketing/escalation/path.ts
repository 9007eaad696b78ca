import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Duration, Json } from '@deskgraph/common/graphql/scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description: 'A step of an escalation path: an agent or a department.',
})
export class EscalationStep {
  agentId!: string | null;
  departmentId!: string | null;
  @Field(() => Duration, { description: 'The time until the system takes the next step.' })
  after!: string;
}

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'The steps by which tickets are escalated. The path of a ticket is the oldest one whose filter matches the ticket.',
})
export class EscalationPath extends WorkspaceEntity {
  @PrimaryKey({ type: new IdType('esc') })
  @Field(() => ID, { description: 'Prefix `esc_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The display name, at most 100 characters.' })
  name!: string;

  @Property({ type: 'json' })
  @Field(() => Json, { description: 'The filter of the tickets, as a TicketFilter.' })
  filter!: object;

  @Property({ type: 'json' })
  @Field(() => [EscalationStep], { description: 'The steps, in order.' })
  steps!: EscalationStep[];

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const escalationPathEvents: EntityEvents<EscalationPath, 'escalation_path'> = {
  prefix: 'escalation_path',
  stateOf: ({ name, filter, steps }) => ({ name, filter, steps }),
};
