import { z } from '@deskgraph/common/graphql/input';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum ParticipantKind {
  CC = 'CC',
  FOLLOWER = 'FOLLOWER',
  MENTIONED = 'MENTIONED',
}
registerEnumType(ParticipantKind, {
  name: 'ParticipantKind',
  description: 'The role of a participant of a ticket.',
  valuesConfig: {
    CC: {
      description:
        'A customer who gets copies: sees the ticket and its public messages, and may answer.',
    },
    FOLLOWER: { description: 'An agent who is notified of what happens to the ticket.' },
    MENTIONED: { description: 'An agent who was mentioned in a note.' },
  },
});

export const MAX_CCS_PER_TICKET = 20;
export const MAX_FOLLOWERS_PER_TICKET = 1_000;

/** The bounds of an input field with the mail addresses of customers who get copies. */
export const ccAddressesSchema = z.array(z.string().max(254)).max(MAX_CCS_PER_TICKET);

@ObjectType({
  simpleResolvers: true,
  description: 'A customer or agent other than the requester who takes part in a ticket.',
})
export class Participant {
  ticketId!: string;
  personId!: string;
  @Field(() => ParticipantKind, { description: 'The role of the participant.' })
  kind!: ParticipantKind;
  @Field(() => DateTime, { description: 'The time since which they take part.' }) since!: Date;
}
