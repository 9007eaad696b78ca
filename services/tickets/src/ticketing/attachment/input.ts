import { Payload } from '@deskgraph/common/graphql/shared-types';
import { IDEMPOTENCY_KEY, afterChange } from '@deskgraph/common/graphql/crud-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Attachment } from './attachment.ts';

/** Bounds and description of the attachment ids in an input. */
export const attachmentIds = z.array(z.string()).max(20);
export const ATTACHMENT_IDS =
  'Files that the caller has uploaded and that no message has yet, at most 20.';

const MAX_NAME_LENGTH = 10_000;
const mediaType = z
  .string()
  .max(255)
  .transform((type) => type.split(';', 1)[0]!.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][\w.+-]{0,126}\/[a-z0-9][\w.+-]{0,126}$/));

@InputType({ description: 'Input of attachmentUploadCreate.' })
export class AttachmentUploadCreateInput {
  static readonly bounds = optionalFields({
    name: z.string().min(1).max(MAX_NAME_LENGTH),
    contentType: mediaType,
  });
  @Field(() => String, {
    description:
      'The file name. A path, invisible characters and everything beyond 255 bytes are removed. Programs and scripts are refused.',
  })
  name!: string;
  @Field(() => String, {
    description:
      'The media type; programs and scripts are refused. The upload must declare the same type.',
  })
  contentType!: string;
  @Field(() => Int, {
    description:
      'The size in bytes, 1 to 26,214,400 (25 MiB); the upload must have exactly this size.',
  })
  size!: number;
  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of attachmentUploadCreate.' })
export class AttachmentUploadCreatePayload extends Payload {
  @Field(() => Attachment, {
    nullable: true,
    description: afterChange('attachment'),
  })
  attachment?: Attachment | null;
  @Field(() => String, {
    nullable: true,
    description:
      'PUT the bytes to this URL once, within 15 minutes, with `content-type` and `content-length` as declared. An address of the gateway, or a path relative to it if the platform does not know its address. Null when refused.',
  })
  uploadUrl?: string | null;
}
