import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Attachment } from './attachment.ts';

/** Ids of a message's files, in an input. */
export const attachmentIds = z.array(z.string()).max(20);
export const ATTACHMENT_IDS =
  'Files that the caller has uploaded and sent with nothing else, at most 20.';

const NAME_SIGNS = 10_000;
const mediaType = z
  .string()
  .max(255)
  .transform((given) => given.split(';', 1)[0]!.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][\w.+-]{0,126}\/[a-z0-9][\w.+-]{0,126}$/));

@InputType({ description: 'Input of attachmentUploadCreate.' })
export class AttachmentUploadCreateInput {
  static readonly bounds = optionalFields({
    name: z.string().min(1).max(NAME_SIGNS),
    contentType: mediaType,
  });
  @Field(() => String, {
    description:
      'File name; a path, signs that can’t be seen and what is beyond 255 bytes are taken off. Programs and scripts are refused.',
  })
  name!: string;
  @Field(() => String, {
    description:
      'Media type; programs and scripts are refused. The upload has to say the same one.',
  })
  contentType!: string;
  @Field(() => Int, {
    description: 'Bytes, 1 to 26,214,400 (25 MiB); the upload has to be exactly so long.',
  })
  size!: number;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of attachmentUploadCreate.' })
export class AttachmentUploadCreatePayload extends Payload {
  @Field(() => Attachment, {
    nullable: true,
    description: 'The attachment as it now stands; null when refused.',
  })
  attachment?: Attachment | null;
  @Field(() => String, {
    nullable: true,
    description:
      'PUT the bytes here within 15 minutes, once, with `content-type` and `content-length` as declared. An address of the gateway, or a path relative to it where the platform does not know its address. Null when refused.',
  })
  uploadUrl?: string | null;
}
