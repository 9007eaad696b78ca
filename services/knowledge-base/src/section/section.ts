import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A chapter of a knowledge base. A section without a parent is a category.',
})
@Directive('@key(fields: "id")')
export class Section extends WorkspaceEntity {
  @PrimaryKey({ type: new IdType('sec') })
  @Field(() => ID, { description: 'Prefix `sec_`.' })
  id!: string;

  @Property({ type: new IdType('kba') }) knowledgeBaseId!: string;
  @Property({ type: new IdType('sec'), nullable: true }) parentId: string | null = null;
  /** Titles by language. The default language of the knowledge base is always present. */
  @Property({ type: 'json' }) titles!: Record<string, string>;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'The position among its siblings, from 1.' })
  position!: number;

  @Field(() => Int, { description: 'Increases with each change.' })
  declare version: number;
}
