import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MessageVisibility } from '../../model/message/message.ts';
import { PresenceActivity } from './presence.ts';

@InputType({ description: 'Input of presenceSet.' })
export class PresenceSetInput {
  @Field(() => ID, { description: 'Which ticket.' }) ticketId!: string;
  @Field(() => PresenceActivity, {
    description: 'What the caller does there; AWAY ends it at once.',
  })
  activity!: PresenceActivity;
  @Field(() => MessageVisibility, {
    nullable: true,
    defaultValue: MessageVisibility.PRIVATE,
    description:
      'Of what is being typed: the requester is told of PUBLIC replies only. The default lets no note leak. Not for LIGHT; of requesters it is always PUBLIC.',
  })
  visibility?: MessageVisibility | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of presenceSet.' })
export class PresenceSetPayload extends Payload {
  ticketId?: string;
}
