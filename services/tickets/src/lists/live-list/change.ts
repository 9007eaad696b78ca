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
  description: 'What happened to a live list; time alone can do it.',
  valuesConfig: {
    SNAPSHOT: {
      description: 'The whole list: the first message, and again when the list begins anew.',
    },
    ENTER: { description: 'A ticket came in, or into the first ones.' },
    LEAVE: { description: 'A ticket went out, or out of the first ones.' },
    MOVE: { description: 'A ticket went to another place; it may have other content too.' },
    UPDATE: {
      description:
        'A ticket has other content in the same place; without a ticket, only `totalCount` is another.',
    },
  },
});

@ObjectType({
  implements: LiveMessage,
  simpleResolvers: true,
  description:
    'A message of ticketChanges. On SNAPSHOT, `tickets` is the list. On any other, in the order of their coming: take out what stands at `previousIndex`, unless null, then put `ticket` in at `index`, unless null.',
})
export class TicketChange extends LiveMessage {
  @Field(() => TicketChangeKind, { description: 'What happened to the list.' })
  kind!: TicketChangeKind;
  @Field(() => [Ticket], {
    nullable: true,
    description: 'The first tickets in the asked order; on SNAPSHOT only.',
  })
  tickets!: Ticket[] | null;
  @Field(() => Ticket, {
    nullable: true,
    description:
      'The ticket, as it is now; null on SNAPSHOT, and on LEAVE when the caller may not see it any more.',
  })
  ticket!: Ticket | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the ticket, also when it can’t be read any more; null on SNAPSHOT.',
  })
  ticketId!: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The new place, counted from 0; null on LEAVE.',
  })
  index!: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The old place, counted from 0; null on ENTER.',
  })
  previousIndex!: number | null;
  @Field(() => Int, {
    description: 'How many tickets match in all, those beyond the first ones too.',
  })
  totalCount!: number;
}

/** A message in which nothing is said but what is given. */
export const changeOf = (
  said: Pick<TicketChange, 'cursor' | 'kind' | 'totalCount'> & Partial<TicketChange>,
): TicketChange =>
  Object.assign(
    new TicketChange(),
    { tickets: null, ticket: null, ticketId: null, index: null, previousIndex: null },
    said,
  );
