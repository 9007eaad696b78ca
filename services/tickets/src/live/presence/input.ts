import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MessageVisibility } from '../../model/message/message.ts';
import { PresenceActivity } from './presence.ts';

@InputType({ description: 'Input of presenceSet.' })
export class PresenceSetInput {
  @Field(() => ID, { description: 'The ticket.' }) ticketId!: string;
  @Field(() => PresenceActivity, {
    description: 'The activity. AWAY ends the presence at once.',
  })
  activity!: PresenceActivity;
  @Field(() => MessageVisibility, {
    nullable: true,
    defaultValue: MessageVisibility.PRIVATE,
    description:
      'The visibility of the text that is being typed: requesters see PUBLIC only. The default reveals no note. Not for LIGHT; always PUBLIC for requesters.',
  })
  visibility?: MessageVisibility | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of presenceSet.' })
export class PresenceSetPayload extends Payload {
  ticketId?: string;
}
