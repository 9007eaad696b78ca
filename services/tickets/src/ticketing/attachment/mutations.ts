import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import type { Message } from '../../model/message/message.ts';
import {
  Attachment,
  MAX_FILE_BYTES,
  ScanState,
  UNUSED_FILE_TTL_MS,
  UPLOAD_LINK_SECONDS,
} from './attachment.ts';
import { safeFileName } from './file-name.ts';
import { isProgramName, isProgramType } from './file-type.ts';
import { filesOf } from './files.ts';
import type { AttachmentUploadCreateInput, AttachmentUploadCreatePayload } from './input.ts';
import { secondsFromNow } from './signed-link.ts';

/** Attachments of one uploader that no message has yet. */
const MAX_UNUSED_PER_UPLOADER = 200;

/** Creates an attachment without bytes, and the link to upload them. */
export async function createUpload(
  ctx: Context,
  input: AttachmentUploadCreateInput,
): Promise<AttachmentUploadCreatePayload> {
  const { contentType, size } = input;
  const name = safeFileName(input.name);
  if (size < 1) throw new Refusal('INVALID', 'size');
  if (size > MAX_FILE_BYTES) throw new Refusal('TOO_LONG', 'size');
  if (isProgramName(name)) throw new Refusal('FILE_REFUSED', 'name');
  if (isProgramType(contentType)) throw new Refusal('FILE_REFUSED', 'contentType');
  await refuseTooManyUnused(ctx);
  const unusedAt = new Date(Date.now() + UNUSED_FILE_TTL_MS);
  const attachment = ctx.em.create(Attachment, {
    id: newId('att'),
    workspaceId: ctx.workspace,
    uploaderId: ctx.actor.id,
    name,
    contentType,
    size,
    scan: ScanState.PENDING,
    unusedAt,
  });
  scheduleWakeup(ctx, unusedAt);
  const uploadUrl = filesOf(ctx.orm).links.write({
    may: 'upload',
    workspace: ctx.workspace,
    id: attachment.id,
    until: secondsFromNow(UPLOAD_LINK_SECONDS),
    size,
    type: contentType,
  });
  return { attachment, uploadUrl, userErrors: [] };
}

async function refuseTooManyUnused(ctx: Context): Promise<void> {
  const [row] = await execute(
    ctx,
    sql<{ unused: number }>`
      select count(*)::integer as unused from attachment where workspace_id = ${ctx.workspace}::uuid
        and uploader_id = ${ctx.actor.id} and message_id is null`,
  );
  if (row!.unused >= MAX_UNUSED_PER_UPLOADER) throw new Refusal('LIMIT_REACHED');
}

/** Attaches files that the caller has uploaded to a new message. */
export async function attachFiles(
  ctx: Context,
  message: Message,
  attachmentIds: readonly string[] | null | undefined,
): Promise<void> {
  if (!attachmentIds?.length) return;
  const uniqueIds = [...new Set(attachmentIds)];
  const attachments = await ctx.em.find(
    Attachment,
    { id: { $in: uniqueIds }, uploaderId: ctx.actor.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  const refusals = uniqueIds.flatMap((id) => {
    const code = refusalOf(attachments.find((attachment) => attachment.id === id));
    return code
      ? [{ code, field: ['input', 'attachmentIds', String(attachmentIds.indexOf(id))] }]
      : [];
  });
  if (refusals.length) throw new Refusal(refusals);
  for (const attachment of attachments) {
    attachment.messageId = message.id;
    attachment.unusedAt = null;
    attachment.version += 1;
    attachment.updatedAt = message.createdAt;
  }
}

function refusalOf(attachment: Attachment | undefined): string | undefined {
  if (!attachment) return 'NOT_FOUND';
  if (attachment.messageId) return 'TAKEN';
  if (attachment.scan === ScanState.INFECTED) return 'FILE_INFECTED';
  return attachment.fileId ? undefined : 'NOT_UPLOADED';
}

/** Detaches the files of cancelled messages: they are unused again, as right after their upload. */
export async function detachFiles(
  ctx: Context,
  messages: readonly Message[],
  now: Date,
): Promise<void> {
  const unusedAt = new Date(now.getTime() + UNUSED_FILE_TTL_MS);
  await ctx.em.flush();
  await execute(
    ctx,
    sql`
      update attachment set message_id = null, unused_at = ${unusedAt}, updated_at = ${now},
        version = version + 1
      where message_id = any(${ids('msg', messages)}) and redacted_at is null`,
  );
  scheduleWakeup(ctx, unusedAt);
}

/** Removes name and bytes of attachments; their messages still show that there was a file. */
export async function redactAttachments(
  ctx: Context,
  attachments: readonly Attachment[],
): Promise<void> {
  const now = new Date();
  const fileIds = attachments.flatMap(({ fileId }) => fileId ?? []);
  for (const attachment of attachments) {
    if (attachment.redactedAt) continue;
    Object.assign(attachment, {
      name: '[redacted]',
      fileId: null,
      redactedAt: now,
      updatedAt: now,
      version: attachment.version + 1,
    });
  }
  await ctx.em.flush();
  await releaseFiles(ctx, fileIds);
}

/** Deletes the attachments of a ticket that is being purged, before its messages are deleted. */
export async function deleteAttachmentsOfTicket(ctx: Context, ticketId: string): Promise<void> {
  const deleted = await execute(
    ctx,
    sql<{ file_id: string | null }>`
      delete from attachment a using message m
      where m.id = a.message_id and m.ticket_id = ${uuidOf('tkt', ticketId)}::uuid
      returning a.file_id`,
  );
  await releaseFiles(
    ctx,
    deleted.flatMap(({ file_id: id }) => id ?? []),
  );
}

/**
 * Marks stored files of which an attachment is gone. After the commit a scheduled task deletes
 * those that no other attachment uses.
 */
export async function releaseFiles(ctx: Context, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const now = new Date();
  await execute(
    ctx,
    sql`update stored_file set checks_at = ${now} where id = any(${[...fileIds]}::uuid[])`,
  );
  scheduleWakeup(ctx, now);
}
