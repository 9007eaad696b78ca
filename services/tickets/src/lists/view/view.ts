import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored, Texts } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum ViewSharing {
  PRIVATE = 'PRIVATE',
  DEPARTMENT = 'DEPARTMENT',
  PUBLIC = 'PUBLIC',
}
registerEnumType(ViewSharing, {
  name: 'ViewSharing',
  description: 'Who has a view.',
  valuesConfig: {
    PRIVATE: { description: 'Its owner.' },
    DEPARTMENT: { description: 'The people of a department, and administrators.' },
    PUBLIC: { description: 'All staff.' },
  },
});

@Entity({ tableName: 'ticket_view' })
@ObjectType({ implements: Node, simpleResolvers: true, description: 'A saved list of tickets.' })
export class View extends Stored<'groupBy' | 'departmentId'> {
  @PrimaryKey({ type: new Id('vie') })
  @Field(() => ID, { description: 'Prefix `vie_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The name to show, at most 100 characters; of a built-in one in the reader’s language.',
  })
  name!: string;

  @Enum({ items: () => ViewSharing, type: 'string' })
  @Field(() => ViewSharing, { description: 'Who has it.' })
  sharing!: ViewSharing;

  /** Whoever made it: an agent or an app; `sys` for what is built in. */
  @Property({ type: 'text' }) ownerId!: string;
  @Property({ type: new Id('dep'), nullable: true }) departmentId: string | null = null;

  @Property({ type: 'json' })
  @Field(() => Json, {
    description:
      'Which tickets, as a TicketFilter; give it to `tickets`, or to `ticketChanges` for a live list.',
  })
  filter!: object;

  @Property({ type: 'json' })
  @Field(() => Json, { description: 'In which order, as [TicketOrder!].' })
  orderBy!: object[];

  @Property({ type: Texts })
  @Field(() => [String], {
    description:
      'What its columns show: names of fields of Ticket, or `field:` and the key of a custom field.',
  })
  columns!: string[];

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'Rows are to be shown in groups by this field, named as a column.',
  })
  groupBy: string | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}
