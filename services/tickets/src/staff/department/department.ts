import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A queue of tickets and the team that works on it.',
})
@Directive('@key(fields: "id")')
export class Department extends WorkspaceEntity<'deletedAt'> {
  @PrimaryKey({ type: new IdType('dep') })
  @Field(() => ID, { description: 'Prefix `dep_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description: 'The name, unique in the workspace, at most 100 characters.',
  })
  name!: string;

  /** Soft deletion: past tickets and reports still name a deleted department. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const departmentEvents: EntityEvents<Department, 'department'> = {
  prefix: 'department',
  stateOf: ({ name }) => ({ name }),
};
