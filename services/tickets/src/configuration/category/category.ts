import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { TicketPriority } from '../../model/ticket/enums.ts';

@Entity({ tableName: 'category' })
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'What tickets are about. A ticket that gets a category gets its department and priority; what a category has not, the one above it gives.',
})
@Directive('@key(fields: "id")')
export class TicketCategory extends Stored<'deletedAt'> {
  @PrimaryKey({ type: new Id('cat') })
  @Field(() => ID, { description: 'Prefix `cat_`.' })
  id!: string;

  /** In the workspace's language. */
  @Property({ type: 'text' }) name!: string;
  /** In other languages, by locale. */
  @Property({ type: 'json' }) names!: Record<string, string>;
  @Property({ type: new Id('cat'), nullable: true }) parentId: string | null = null;
  @Property({ type: new Id('dep'), nullable: true }) departmentId: string | null = null;

  @Enum({ items: () => TicketPriority, type: 'string', nullable: true })
  @Field(() => TicketPriority, {
    nullable: true,
    description: 'The priority that it gives to tickets.',
  })
  priority: TicketPriority | null = null;

  /** Since when it is there only for the past. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}
