import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Ticket } from './ticket.ts';

export enum TicketLinkKind {
  PARENT = 'PARENT',
  CHILD = 'CHILD',
  RELATED = 'RELATED',
  DUPLICATE = 'DUPLICATE',
  PROBLEM = 'PROBLEM',
  INCIDENT = 'INCIDENT',
}
registerEnumType(TicketLinkKind, {
  name: 'TicketLinkKind',
  description: 'What the linked ticket is to this one.',
  valuesConfig: {
    PARENT: {
      description: 'It contains this one, and is not solved before it; a ticket has one at most.',
    },
    CHILD: { description: 'It is a part of this one.' },
    RELATED: { description: 'It has to do with this one.' },
    DUPLICATE: { description: 'It is about the same matter.' },
    PROBLEM: { description: 'It is the cause of this one; a ticket has one at most.' },
    INCIDENT: { description: 'It is an effect of this one.' },
  },
});

const { PARENT, CHILD, RELATED, DUPLICATE, PROBLEM, INCIDENT } = TicketLinkKind;

/** What this ticket is to the other one then. */
export const INVERSE: Record<TicketLinkKind, TicketLinkKind> = {
  PARENT: CHILD,
  CHILD: PARENT,
  RELATED,
  DUPLICATE,
  PROBLEM: INCIDENT,
  INCIDENT: PROBLEM,
};

@ObjectType({ simpleResolvers: true, description: 'A link to another ticket.' })
export class TicketLink {
  @Field(() => TicketLinkKind, { description: 'What the other is to this one.' })
  kind!: TicketLinkKind;
  @Field(() => Ticket, { description: 'The other ticket.' }) ticket!: Ticket;
  @Field(() => DateTime, { description: 'Since when.' }) since!: Date;
}
