import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { TicketAction } from '../action/action.ts';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A saved list of actions that are applied to a ticket together.',
})
export class Macro extends WorkspaceEntity<'departmentId'> {
  @PrimaryKey({ type: new IdType('mac') })
  @Field(() => ID, { description: 'Prefix `mac_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The display name, at most 100 characters.' })
  name!: string;

  @Property({ type: new IdType('dep'), nullable: true }) departmentId: string | null = null;

  @Property({ type: 'json' })
  @Field(() => [TicketAction], { description: 'The actions, in the order of execution.' })
  actions!: TicketAction[];

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const macroEvents: EntityEvents<Macro, 'macro'> = {
  prefix: 'macro',
  stateOf: ({ name, departmentId, actions }) => ({
    name,
    departmentId,
    actions,
  }),
};
