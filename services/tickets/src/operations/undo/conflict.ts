import type { NewEvent } from '@deskgraph/common/events/types';
import { Field, ObjectType } from 'type-graphql';
import { TicketEvent } from '../../history/event/event.ts';
import type { UndoConflict } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import type { UndoTarget } from './undo-target.ts';

@ObjectType({ simpleResolvers: true, description: 'A later change that conflicts with an undo.' })
export class OperationConflict {
  @Field(() => Ticket, { description: 'The ticket that was changed.' }) ticket!: Ticket;
  @Field(() => String, {
    description:
      'The changed field, by its name in the graph; `field:` and the key of a custom field.',
  })
  field!: string;
  @Field(() => TicketEvent, { description: 'The later event.' }) event!: TicketEvent;
}

/** How an operation is taken back. */
export interface UndoPlan {
  conflicts: UndoConflict[];
  /** Is there a part that nothing stands against? */
  possible: boolean;
  /** Takes back that part; the facts are to be recorded. */
  apply: (at: Date) => Promise<NewEvent[]>;
}

/** What stands against it: the last fact since that changed the field. */
export const undoConflict = ({ ticket, since }: UndoTarget, field: string): UndoConflict => ({
  ticketId: ticket.id,
  field,
  version: since.get(field) ?? 0,
});
