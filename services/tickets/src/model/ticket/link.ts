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
  description: 'The relation of the linked ticket to this ticket.',
  valuesConfig: {
    PARENT: {
      description:
        'The linked ticket contains this one and is not solved before it. A ticket has at most one parent.',
    },
    CHILD: { description: 'The linked ticket is a part of this one.' },
    RELATED: { description: 'The tickets are related.' },
    DUPLICATE: { description: 'The tickets are about the same matter.' },
    PROBLEM: {
      description: 'The linked ticket is the cause of this one. A ticket has at most one problem.',
    },
    INCIDENT: { description: 'The linked ticket is an effect of this one.' },
  },
});

const { PARENT, CHILD, RELATED, DUPLICATE, PROBLEM, INCIDENT } = TicketLinkKind;

/** The kind of the same link seen from the other ticket. */
export const INVERSE_LINK_KIND: Record<TicketLinkKind, TicketLinkKind> = {
  PARENT: CHILD,
  CHILD: PARENT,
  RELATED,
  DUPLICATE,
  PROBLEM: INCIDENT,
  INCIDENT: PROBLEM,
};

@ObjectType({ simpleResolvers: true, description: 'A link to another ticket.' })
export class TicketLink {
  @Field(() => TicketLinkKind, { description: 'The relation of the linked ticket to this one.' })
  kind!: TicketLinkKind;
  @Field(() => Ticket, { description: 'The linked ticket.' }) ticket!: Ticket;
  @Field(() => DateTime, { description: 'The time at which the link was made.' }) since!: Date;
}
