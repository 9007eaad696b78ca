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
import { createUpload } from './mutations.ts';

@Resolver(() => Attachment)
export class AttachmentResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => AttachmentUploadCreatePayload, {
    description:
      'Creates an attachment and a link to upload its bytes, once and within 15 minutes. The file is then sent with a message by its id; a file that no message has after 24 hours is deleted. A caller may have at most 200 such files.',
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
      'A signed link to download the file, valid for 5 minutes and as long as the caller sees the message. An address of the gateway, or a path relative to it if the platform does not know its address. Null until the file is uploaded and CLEAN, and after redaction.',
  })
  url(
    @Root() { id, scan, fileId, redactedAt }: Attachment,
    @Ctx() { orm, workspace, actor }: Context,
  ): string | null {
    if (scan !== ScanState.CLEAN || !fileId || redactedAt) return null;
    const { kind, id: actorId, role, scopes, filter } = actor;
    // Departments do not affect what agents see; without them the link is short.
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
  @FieldResolver(() => [Attachment], { description: 'The files of the message.' })
  attachments(@Root() message: Message, @Ctx() ctx: Context): Promise<Attachment[]> {
    return attachmentsOfMessage(ctx, message.id);
  }
}

@Resolver(() => Ticket)
export class TicketAttachments {
  @FieldResolver(() => [Attachment], {
    description:
      'The files of all messages that the caller may read, oldest first, at most the first 500.',
  })
  attachments(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Attachment[]> {
    return attachmentsOfTicket(ctx, ticket.id);
  }
}
