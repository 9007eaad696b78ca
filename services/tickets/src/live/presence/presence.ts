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
  description: 'The activity of a person on a ticket.',
  valuesConfig: {
    VIEWING: { description: 'Viewing the ticket.' },
    TYPING: { description: 'Typing a reply or a note.' },
    AWAY: { description: 'Left. Input only, never returned.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'The activity of a person on a ticket.' })
export class Presence {
  ticketId!: string;
  actorKind!: Actor['kind'];
  actorId!: string;
  actorName!: string;
  /** The visibility of the text that is being typed. */
  visibility!: MessageVisibility;
  @Field(() => PresenceActivity, { description: 'The activity.' }) activity!: PresenceActivity;
  @Field(() => DateTime, { description: 'Since when, without interruption.' }) since!: Date;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A message of presenceChanged, always the whole state. Presence is not logged, so there is nothing to resume.',
})
export class PresenceMessage {
  @Field(() => ID, { description: 'The ticket.' }) ticketId!: string;
  @Field(() => [Presence], {
    description:
      'The viewers that the caller may see, longest first. Requesters see only staff who type a public reply.',
  })
  viewers!: Presence[];
}

/** A presence ends this long after the last call of presenceSet. */
export const PRESENCE_TTL_SECONDS = 30;

/** The NOTIFY channel of changes of presence; the payload is `presenceKey`. */
export const PRESENCE_CHANNEL = 'presence';

export const presenceKey = (workspace: string, ticketUuid: string): string =>
  `${workspace} ${ticketUuid}`;
