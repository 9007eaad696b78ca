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
  description: 'How somebody takes part in a ticket.',
  valuesConfig: {
    CC: {
      description:
        'A customer who gets copies: sees the ticket and its public messages, and may answer.',
    },
    FOLLOWER: { description: 'A member of the staff who is told of what happens to it.' },
    MENTIONED: { description: 'A member of the staff who was named in a note.' },
  },
});

/** As many customers get copies of one ticket. */
export const MAX_CCS_PER_TICKET = 20;
/** Mail addresses of those who are to get copies, in an input. */
export const ccAddressesSchema = z.array(z.string().max(254)).max(MAX_CCS_PER_TICKET);
/** As many of the staff follow one ticket. */
export const MAX_FOLLOWERS_PER_TICKET = 1_000;

@ObjectType({
  simpleResolvers: true,
  description: 'Somebody beside the requester who takes part in a ticket.',
})
export class Participant {
  ticketId!: string;
  personId!: string;
  @Field(() => ParticipantKind, { description: 'How.' }) kind!: ParticipantKind;
  @Field(() => DateTime, { description: 'Since when.' }) since!: Date;
}
