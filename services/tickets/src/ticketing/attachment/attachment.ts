import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

/** Of one file. */
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
export const UPLOAD_LINK_SECONDS = 15 * 60;
export const DOWNLOAD_LINK_SECONDS = 5 * 60;
/** After this time a file that no message has is deleted. */
export const UNUSED_FILE_TTL_MS = 24 * 60 * 60 * 1000;

export enum ScanState {
  PENDING = 'PENDING',
  CLEAN = 'CLEAN',
  INFECTED = 'INFECTED',
}
registerEnumType(ScanState, {
  name: 'ScanState',
  description: 'The state of the check of a file.',
  valuesConfig: {
    PENDING: {
      description:
        'The file is not uploaded, or the virus scanner has not checked it. An uploaded file can be sent, but not downloaded yet.',
    },
    CLEAN: {
      description:
        'The file is uploaded and its type is checked; if the platform has a virus scanner, it has found nothing.',
    },
    INFECTED: {
      description: 'The virus scanner has found malware. The file cannot be sent or downloaded.',
    },
  },
});

@Entity()
@ObjectType({ implements: Node, simpleResolvers: true, description: 'A file of a message.' })
@Directive('@key(fields: "id")')
export class Attachment extends WorkspaceEntity<
  'messageId' | 'fileId' | 'claimedAt' | 'unusedAt' | 'scansAt' | 'redactedAt'
> {
  @PrimaryKey({ type: new IdType('att') })
  @Field(() => ID, { description: 'Prefix `att_`.' })
  id!: string;

  /** Null until the file is sent with a message. */
  @Property({ type: new IdType('msg'), nullable: true }) messageId: string | null = null;
  @Property({ type: 'text' }) uploaderId!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The file name without a path and without unsafe characters, at most 255 bytes. `[redacted]` after redaction.',
  })
  name!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The media type detected from the bytes; `application/octet-stream` if none is detected. The declared type until the file is uploaded.',
  })
  contentType!: string;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'The size in bytes, at most 25 MiB.' })
  size!: number;

  @Enum({ items: () => ScanState, type: 'string' })
  @Field(() => ScanState, { description: 'The state of the check of the file.' })
  scan!: ScanState;

  /** The stored bytes; equal files of a workspace share them. */
  @Property({ type: 'uuid', nullable: true }) fileId: string | null = null;
  /** When the running upload began; only one request may upload at a time. */
  @Property({ type: 'datetime', length: 3, nullable: true }) claimedAt: Date | null = null;
  /** When the file is deleted unless a message has it. */
  @Property({ type: 'datetime', length: 3, nullable: true }) unusedAt: Date | null = null;
  /** When the file is scanned again unless it has a verdict. */
  @Property({ type: 'datetime', length: 3, nullable: true }) scansAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) redactedAt: Date | null = null;
}
