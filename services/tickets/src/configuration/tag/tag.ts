import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { connectionType } from '@deskgraph/common/database/pagination';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({ implements: Node, simpleResolvers: true, description: 'A tag of tickets.' })
export class Tag extends WorkspaceEntity<'color'> {
  @PrimaryKey({ type: new IdType('tag') })
  @Field(() => ID, { description: 'Prefix `tag_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description: 'The name; unique in the workspace, lower case, at most 50 characters.',
  })
  name!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'The colour, `#aabbcc`.' })
  color: string | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const TagConnection = connectionType(Tag, 'Tag', 'tags');

export const tagEvents: EntityEvents<Tag, 'tag'> = {
  prefix: 'tag',
  stateOf: ({ name, color }) => ({ name, color }),
};
