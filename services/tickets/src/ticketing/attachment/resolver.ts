import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Message } from '../../model/message/message.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Attachment, DOWNLOAD_LINK_SECONDS, ScanState } from './attachment.ts';
import { filesOf } from './files.ts';
import { attachmentsOfMessage, attachmentsOfTicket } from './queries.ts';
import { AttachmentUploadCreateInput, AttachmentUploadCreatePayload } from './input.ts';
import { secondsFromNow } from './signed-link.ts';
import { createUpload } from './upload-create.ts';

@Resolver(() => Attachment)
export class AttachmentResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => AttachmentUploadCreatePayload, {
    description:
      'Gives a link to upload a file to, once and within 15 minutes. Then the file is sent with a message by its id; what no message has after 24 hours is thrown away. 200 files of one caller may wait at once.',
  })
  attachmentUploadCreate(
    @Arg('input', () => AttachmentUploadCreateInput) input: AttachmentUploadCreateInput,
    @Ctx() ctx: Context,
  ): Promise<AttachmentUploadCreatePayload> {
    return createUpload(ctx, input);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Signed link to download it, for 5 minutes and as long as the caller sees the message. An address of the gateway, or a path relative to it where the platform does not know its address. Null until uploaded and clean, and after redaction.',
  })
  url(
    @Root() { id, scan, fileId, redactedAt }: Attachment,
    @Ctx() { orm, workspace, actor }: Context,
  ): string | null {
    if (scan !== ScanState.CLEAN || !fileId || redactedAt) return null;
    const { kind, id: actorId, role, scopes, filter } = actor;
    // What a person sees does not depend on them, and links are to be short.
    const departments = kind === 'app' ? actor.departments : [];
    return filesOf(orm).links.write({
      may: 'download',
      workspace,
      id,
      until: secondsFromNow(DOWNLOAD_LINK_SECONDS),
      as: {
        kind,
        id: actorId,
        role,
        scopes: scopes.filter((scope) => scope.startsWith('tickets:')),
        departments,
        filter,
      },
    });
  }
}

@Resolver(() => Message)
export class MessageAttachments {
  @FieldResolver(() => [Attachment], { description: 'Its files.' })
  attachments(@Root() message: Message, @Ctx() ctx: Context): Promise<Attachment[]> {
    return attachmentsOfMessage(ctx, message.id);
  }
}

@Resolver(() => Ticket)
export class TicketAttachments {
  @FieldResolver(() => [Attachment], {
    description:
      'The files of all messages that the caller may read, oldest first; of more than 500 the first ones.',
  })
  attachments(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Attachment[]> {
    return attachmentsOfTicket(ctx, ticket.id);
  }
}
