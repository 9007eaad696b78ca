import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, TextArrayType, WorkspaceEntity } from '@deskgraph/common/database/database';
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
  description: 'The staff who can see a view.',
  valuesConfig: {
    PRIVATE: { description: 'Its owner.' },
    DEPARTMENT: { description: 'The agents of a department, and administrators.' },
    PUBLIC: { description: 'All staff.' },
  },
});

@Entity({ tableName: 'ticket_view' })
@ObjectType({ implements: Node, simpleResolvers: true, description: 'A saved list of tickets.' })
export class View extends WorkspaceEntity<'groupBy' | 'departmentId'> {
  @PrimaryKey({ type: new IdType('vie') })
  @Field(() => ID, { description: 'Prefix `vie_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The display name, at most 100 characters. The name of a built-in view is in the caller’s language.',
  })
  name!: string;

  @Enum({ items: () => ViewSharing, type: 'string' })
  @Field(() => ViewSharing, { description: 'The staff who can see it.' })
  sharing!: ViewSharing;

  /** The agent or app that created the view; `sys` for built-in views. */
  @Property({ type: 'text' }) ownerId!: string;
  @Property({ type: new IdType('dep'), nullable: true }) departmentId: string | null = null;

  @Property({ type: 'json' })
  @Field(() => Json, {
    description:
      'The filter of the tickets, as a TicketFilter: an argument for `tickets`, or for `ticketChanges` to get a live list.',
  })
  filter!: object;

  @Property({ type: 'json' })
  @Field(() => Json, { description: 'The order of the tickets, as [TicketOrder!].' })
  orderBy!: object[];

  @Property({ type: TextArrayType })
  @Field(() => [String], {
    description:
      'The columns: names of fields of Ticket, or `field:` and the key of a custom field.',
  })
  columns!: string[];

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The column by whose value the rows are grouped, named as in `columns`.',
  })
  groupBy: string | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const viewEvents: EntityEvents<View, 'view'> = {
  prefix: 'view',
  stateOf: ({ name, sharing, ownerId, departmentId, filter, orderBy, columns, groupBy }) => ({
    name,
    sharing,
    ownerId,
    departmentId,
    filter,
    orderBy,
    columns,
    groupBy,
  }),
};
