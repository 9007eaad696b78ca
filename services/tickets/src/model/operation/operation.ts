import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';

export enum OperationKind {
  MERGE = 'MERGE',
  SPLIT = 'SPLIT',
  GROUP = 'GROUP',
  BULK = 'BULK',
  MACRO = 'MACRO',
  DELETE = 'DELETE',
}
registerEnumType(OperationKind, {
  name: 'OperationKind',
  description: 'The kind of an operation.',
  valuesConfig: {
    MERGE: { description: 'Tickets were merged into another one.' },
    SPLIT: { description: 'Messages were split off into a new ticket.' },
    GROUP: { description: 'Tickets were made incidents of one problem.' },
    BULK: { description: 'One action was applied to many tickets.' },
    MACRO: { description: 'A macro was applied to a ticket.' },
    DELETE: { description: 'A ticket was moved to the bin.' },
  },
});

export enum OperationState {
  APPLIED = 'APPLIED',
  UNDONE = 'UNDONE',
  PARTLY_UNDONE = 'PARTLY_UNDONE',
}
registerEnumType(OperationState, {
  name: 'OperationState',
  description: 'The state of an operation.',
  valuesConfig: {
    APPLIED: { description: 'The operation is in effect.' },
    UNDONE: { description: 'The operation was undone.' },
    PARTLY_UNDONE: {
      description: 'The operation was undone, except for changes that conflict with later events.',
    },
  },
});

/** A stored conflict of an undo: the field of a ticket, and the version that a later event made. */
export interface UndoConflict {
  ticketId: string;
  field: string;
  version: number;
}

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A change that is recorded as one unit and can be undone: of several tickets, or of several fields of one.',
})
export class Operation extends WorkspaceEntity<'conflicts'> {
  @PrimaryKey({ type: new IdType('opr') })
  @Field(() => ID, { description: 'Prefix `opr_`.' })
  id!: string;

  @Enum({ items: () => OperationKind, type: 'string' })
  @Field(() => OperationKind, { description: 'The kind of the operation.' })
  kind!: OperationKind;

  @Enum({ items: () => OperationState, type: 'string' })
  @Field(() => OperationState, { description: 'The state of the operation.' })
  state!: OperationState;

  @Property({ type: 'text' }) actorKind!: Actor['kind'];
  @Property({ type: 'text' }) actorId!: string;
  @Property({ type: 'text' }) actorName!: string;

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, {
    description: 'The time until which the operation can be undone: 30 days after it was made.',
  })
  undoableUntil!: Date;

  @Property({ type: 'json' }) conflicts: UndoConflict[] = [];
}
