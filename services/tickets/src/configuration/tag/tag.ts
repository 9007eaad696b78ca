import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionOf } from '@deskgraph/common/database/pagination';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({ implements: Node, simpleResolvers: true, description: 'A label of tickets.' })
export class Tag extends Stored<'color'> {
  @PrimaryKey({ type: new Id('tag') })
  @Field(() => ID, { description: 'Prefix `tag_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description: 'Unique in the workspace, lower case, at most 50 characters.',
  })
  name!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'A colour, `#aabbcc`.' })
  color: string | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const TagConnection = connectionOf(Tag, 'Tag', 'tags');
