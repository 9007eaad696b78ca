import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { TicketAction } from '../action/action.ts';

@Entity()
@ObjectType({ implements: Node, simpleResolvers: true, description: 'Many actions at one click.' })
export class Macro extends Stored<'departmentId'> {
  @PrimaryKey({ type: new Id('mac') })
  @Field(() => ID, { description: 'Prefix `mac_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name to show, at most 100 characters.' })
  name!: string;

  @Property({ type: new Id('dep'), nullable: true }) departmentId: string | null = null;

  @Property({ type: 'json' })
  @Field(() => [TicketAction], { description: 'What it does, in this order.' })
  actions!: TicketAction[];

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}
