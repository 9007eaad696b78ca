import type { Actor } from '@deskgraph/common/auth/access';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { MessageVisibility } from '../../model/message/message.ts';

export enum PresenceActivity {
  VIEWING = 'VIEWING',
  TYPING = 'TYPING',
  AWAY = 'AWAY',
}
registerEnumType(PresenceActivity, {
  name: 'PresenceActivity',
  description: 'What somebody does on a ticket.',
  valuesConfig: {
    VIEWING: { description: 'Looks at it.' },
    TYPING: { description: 'Writes a reply or a note.' },
    AWAY: { description: 'Has left; is said and never shown.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'What somebody does on a ticket.' })
export class Presence {
  ticketId!: string;
  actorKind!: Actor['kind'];
  actorId!: string;
  actorName!: string;
  /** Of what is being typed. */
  visibility!: MessageVisibility;
  @Field(() => PresenceActivity, { description: 'What.' }) activity!: PresenceActivity;
  @Field(() => DateTime, { description: 'Since when, without a break.' }) since!: Date;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A message of presenceChanged: the whole state each time. It is in no log, so there is nothing to resume.',
})
export class PresenceMessage {
  @Field(() => ID, { description: 'The ticket.' }) ticketId!: string;
  @Field(() => [Presence], {
    description:
      'All who are there as far as the caller may see them, the longest first. Requesters see only who of the staff types a public reply.',
  })
  viewers!: Presence[];
}
