import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Locale } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from './audience.ts';

@Entity({ tableName: 'knowledge_base' })
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A collection of articles with an audience and languages of its own.',
})
@Directive('@key(fields: "id")')
export class KnowledgeBase extends WorkspaceEntity {
  @PrimaryKey({ type: new IdType('kba') })
  @Field(() => ID, { description: 'Prefix `kba_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name that readers see. At most 100 characters.' })
  name!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name in URLs, unique in the workspace.' })
  slug!: string;

  @Property({ type: 'text' })
  @Field(() => Audience, {
    description: 'The audience. No article of the base has a wider one.',
  })
  audience!: Audience;

  @Property({ type: 'array' })
  @Field(() => [Locale], {
    description: 'The languages. The first is the default and the fallback.',
  })
  locales!: string[];

  @Field(() => Int, { description: 'Increases with each change.' })
  declare version: number;
}
