import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { TicketPriority } from '@deskgraph/common/contract/ticket-enums';

@Entity({ tableName: 'category' })
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'The subject area of tickets. A ticket that gets a category gets its department and priority; values that the category does not set are inherited from its nearest ancestor that sets them.',
})
@Directive('@key(fields: "id")')
export class TicketCategory extends WorkspaceEntity<'deletedAt'> {
  @PrimaryKey({ type: new IdType('cat') })
  @Field(() => ID, { description: 'Prefix `cat_`.' })
  id!: string;

  /** In the default language of the workspace. */
  @Property({ type: 'text' }) name!: string;
  /** In other languages, by locale. */
  @Property({ type: 'json' }) names!: Record<string, string>;
  @Property({ type: new IdType('cat'), nullable: true }) parentId: string | null = null;
  @Property({ type: new IdType('dep'), nullable: true }) departmentId: string | null = null;

  @Enum({ items: () => TicketPriority, type: 'string', nullable: true })
  @Field(() => TicketPriority, {
    nullable: true,
    description: 'The priority that tickets get with this category.',
  })
  priority: TicketPriority | null = null;

  /** A deleted category is kept for the tickets and reports of the past. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const categoryEvents: EntityEvents<TicketCategory, 'category'> = {
  prefix: 'category',
  stateOf: ({ name, names, parentId, departmentId, priority }) => ({
    name,
    names,
    parentId,
    departmentId,
    priority,
  }),
};
