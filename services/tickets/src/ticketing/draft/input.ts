import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MessageVisibility } from '../../model/message/message.ts';
import { MAX_BODY_BYTES } from '../ticket/input.ts';
import { Draft } from './draft.ts';

/** Word for word as it is typed, and empty too. */
const body = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= MAX_BODY_BYTES, { params: { code: 'TOO_LONG' } });

@InputType({ description: 'Input of draftSave.' })
export class DraftSaveInput {
  static readonly bounds = optionalFields({ body });
  @Field(() => ID, {
    description: 'Which ticket; what is folded into another one is answered there.',
  })
  ticketId!: string;
  @Field(() => String, { description: 'Markdown, at most 64 KiB. Empty deletes the draft.' })
  body!: string;
  @Field(() => MessageVisibility, {
    description: 'Whether it is to be a reply or a note; each has a draft of its own.',
  })
  visibility!: MessageVisibility;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether other agents can read it; default false.',
  })
  shared?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of draftSave.' })
export class DraftSavePayload extends Payload {
  @Field(() => Draft, {
    nullable: true,
    description: 'The draft as it now stands; null when refused, and when it was deleted.',
  })
  draft?: Draft | null;
}
