import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { TicketEvent } from '../../history/event/event.ts';
import { Ticket } from '../ticket/ticket.ts';

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
    MERGE: { description: 'Tickets were folded into another one.' },
    SPLIT: { description: 'Messages were cut out into a new ticket.' },
    GROUP: { description: 'Tickets were made incidents of one problem.' },
    BULK: { description: 'One action was done to many tickets.' },
    MACRO: { description: 'A macro was applied to a ticket.' },
    DELETE: { description: 'A ticket was put into the bin.' },
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
    APPLIED: { description: 'It is done.' },
    UNDONE: { description: 'It was taken back.' },
    PARTLY_UNDONE: { description: 'It was taken back, but for what later facts stood against.' },
  },
});

/** What stands against an undo, as it is kept: the ticket, its field, and the version that the later fact made. */
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
    'A change that is kept as one, so that it can be taken back: of several tickets at once, or of one in several ways.',
})
export class Operation extends WorkspaceEntity<'conflicts'> {
  @PrimaryKey({ type: new IdType('opr') })
  @Field(() => ID, { description: 'Prefix `opr_`.' })
  id!: string;

  @Enum({ items: () => OperationKind, type: 'string' })
  @Field(() => OperationKind, { description: 'What it was.' })
  kind!: OperationKind;

  @Enum({ items: () => OperationState, type: 'string' })
  @Field(() => OperationState, { description: 'Its state.' })
  state!: OperationState;

  @Property({ type: 'text' }) actorKind!: Actor['kind'];
  @Property({ type: 'text' }) actorId!: string;
  @Property({ type: 'text' }) actorName!: string;

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, {
    description: 'Until when it can be taken back: 30 days after it was done.',
  })
  undoableUntil!: Date;

  @Property({ type: 'json' }) conflicts: UndoConflict[] = [];
}

@ObjectType({ simpleResolvers: true, description: 'What stands against an undo.' })
export class OperationConflict {
  @Field(() => Ticket, { description: 'Where.' }) ticket!: Ticket;
  @Field(() => String, {
    description:
      'The field that was changed since, by its name in the graph; `field:` and the key of a custom field.',
  })
  field!: string;
  @Field(() => TicketEvent, { description: 'The later fact.' }) event!: TicketEvent;
}
