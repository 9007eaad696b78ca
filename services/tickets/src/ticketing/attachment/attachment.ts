import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

/** Bytes of one file. */
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
export const UPLOAD_LINK_SECONDS = 15 * 60;
export const DOWNLOAD_LINK_SECONDS = 5 * 60;
/** How long a file waits for a message. */
export const UNUSED_FILE_TTL_MS = 24 * 60 * 60 * 1000;

export enum ScanState {
  PENDING = 'PENDING',
  CLEAN = 'CLEAN',
  INFECTED = 'INFECTED',
}
registerEnumType(ScanState, {
  name: 'ScanState',
  description: 'How far a file is checked.',
  valuesConfig: {
    PENDING: {
      description:
        'It is not uploaded yet, or the virus scanner has not looked at it; it can be sent, but not be read yet.',
    },
    CLEAN: {
      description:
        'It is uploaded and its type is checked; where the platform has a virus scanner, that found nothing.',
    },
    INFECTED: {
      description: 'The virus scanner found something: it is kept away, and can’t be sent.',
    },
  },
});

@Entity()
@ObjectType({ implements: Node, simpleResolvers: true, description: 'A file of a message.' })
@Directive('@key(fields: "id")')
export class Attachment extends Stored<
  'messageId' | 'fileId' | 'claimedAt' | 'unusedAt' | 'scansAt' | 'redactedAt'
> {
  @PrimaryKey({ type: new Id('att') })
  @Field(() => ID, { description: 'Prefix `att_`.' })
  id!: string;

  /** Empty until it is sent with a message. */
  @Property({ type: new Id('msg'), nullable: true }) messageId: string | null = null;
  @Property({ type: 'text' }) uploaderId!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'File name, cleaned, at most 255 bytes; never a path. `[redacted]` after redaction.',
  })
  name!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'Media type as detected from the bytes, `application/octet-stream` where nothing is; as declared until uploaded.',
  })
  contentType!: string;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'Bytes, at most 25 MiB.' })
  size!: number;

  @Enum({ items: () => ScanState, type: 'string' })
  @Field(() => ScanState, { description: 'How far it is checked.' })
  scan!: ScanState;

  /** The stored bytes, which equal files of a workspace share. */
  @Property({ type: 'uuid', nullable: true }) fileId: string | null = null;
  /** Since when somebody sends the bytes: one at a time. */
  @Property({ type: 'datetime', length: 3, nullable: true }) claimedAt: Date | null = null;
  /** When it is thrown away unless a message has it. */
  @Property({ type: 'datetime', length: 3, nullable: true }) unusedAt: Date | null = null;
  /** When it is scanned again, unless there is a verdict. */
  @Property({ type: 'datetime', length: 3, nullable: true }) scansAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) redactedAt: Date | null = null;
}
