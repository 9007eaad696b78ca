import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { LiveMessage } from '../../history/event/live-message.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

export enum TicketChangeKind {
  SNAPSHOT = 'SNAPSHOT',
  ENTER = 'ENTER',
  LEAVE = 'LEAVE',
  MOVE = 'MOVE',
  UPDATE = 'UPDATE',
}
registerEnumType(TicketChangeKind, {
  name: 'TicketChangeKind',
  description: 'The change of a live list. Time alone can cause one.',
  valuesConfig: {
    SNAPSHOT: {
      description: 'The whole list: the first message, and again whenever the list is reset.',
    },
    ENTER: { description: 'A ticket entered the list.' },
    LEAVE: { description: 'A ticket left the list.' },
    MOVE: { description: 'A ticket moved to another position. Its content may have changed too.' },
    UPDATE: {
      description: 'The content of a ticket changed. Without a ticket, only `totalCount` changed.',
    },
  },
});

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description:
    'A message of ticketChanges. On SNAPSHOT, `tickets` is the list. Apply other messages in order: remove the ticket at `previousIndex` unless null, then insert `ticket` at `index` unless null.',
})
export class TicketChange extends LiveMessage {
  @Field(() => TicketChangeKind, { description: 'The kind of change.' })
  kind!: TicketChangeKind;
  @Field(() => [Ticket], {
    nullable: true,
    description: 'The first tickets in the given order. SNAPSHOT only.',
  })
  tickets!: Ticket[] | null;
  @Field(() => Ticket, {
    nullable: true,
    description:
      'The ticket in its current state. Null on SNAPSHOT, and on LEAVE when the caller may no longer see it.',
  })
  ticket!: Ticket | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the ticket, also when the caller may no longer see it. Null on SNAPSHOT.',
  })
  ticketId!: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The new position, from 0. Null on LEAVE.',
  })
  index!: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The previous position, from 0. Null on ENTER.',
  })
  previousIndex!: number | null;
  @Field(() => Int, {
    description: 'The total number of matching tickets, including those beyond the list.',
  })
  totalCount!: number;
}

/** A message with these fields; all others are null. */
export const ticketChange = (
  fields: Pick<TicketChange, 'cursor' | 'kind' | 'totalCount'> & Partial<TicketChange>,
): TicketChange =>
  Object.assign(
    new TicketChange(),
    { tickets: null, ticket: null, ticketId: null, index: null, previousIndex: null },
    fields,
  );
