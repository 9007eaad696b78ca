import { due } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Attachment } from './attachment.ts';

/** The bytes have one user less: the clock looks, after the commit, whether there is any left. */
export async function releaseStoredFiles(ctx: Context, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const now = new Date();
  await sql`update stored_file set checks_at = ${now} where id = any(${[...fileIds]}::uuid[])`.execute(
    ctx.em.getKysely(),
  );
  due(ctx, now);
}

/** What stays of a file that was taken out of its message. */
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
  await releaseStoredFiles(ctx, fileIds);
}

/** For a ticket that goes for ever, before its messages go. */
export async function deleteAttachmentsOfTicket(ctx: Context, ticketId: string): Promise<void> {
  const { rows } = await sql<{ file_id: string | null }>`
    delete from attachment a using message m where m.id = a.message_id and m.ticket_id = ${uuidOf('tkt', ticketId)}::uuid returning a.file_id
  `.execute(ctx.em.getKysely());
  await releaseStoredFiles(
    ctx,
    rows.flatMap(({ file_id: id }) => id ?? []),
  );
}
