import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MAX_BODY_BYTES, MessageVisibility } from '../../model/message/message.ts';
import { Draft } from './draft.ts';

/** Neither trimmed nor refused when empty, unlike other texts. */
const body = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= MAX_BODY_BYTES, { params: { code: 'TOO_LONG' } });

@InputType({ description: 'Input of draftSave.' })
export class DraftSaveInput {
  static readonly bounds = optionalFields({ body });
  @Field(() => ID, {
    description:
      'The ticket. The draft of a merged ticket is saved in the ticket into which it was merged.',
  })
  ticketId!: string;
  @Field(() => String, { description: 'Markdown, at most 64 KiB. Empty deletes the draft.' })
  body!: string;
  @Field(() => MessageVisibility, {
    description: 'Whether it will be a reply or a note; an agent has one draft of each.',
  })
  visibility!: MessageVisibility;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether other agents can read it. Default false.',
  })
  shared?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of draftSave.' })
export class DraftSavePayload extends Payload {
  @Field(() => Draft, {
    nullable: true,
    description:
      'The draft after the change. Null when it was deleted, or the mutation is refused.',
  })
  draft?: Draft | null;
}
