import { parseId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, managedEntity } from '@deskgraph/common/database/query';
import type { ScheduledTask } from '@deskgraph/common/jobs/scheduler';
import { Attachment } from './attachment.ts';
import { filesOf, storageKey } from './files.ts';
import { releaseFiles } from './mutations.ts';
import { scanDueAttachment } from './scan.ts';

/** Deletes an attachment that was not sent with a message in time. */
async function deleteUnusedAttachment(ctx: Context, row: object): Promise<void> {
  const { id, fileId } = managedEntity(ctx, Attachment, row);
  const uuid = parseId('att', id)!;
  await execute(ctx, sql`delete from attachment where id = ${uuid}::uuid`);
  if (fileId) await releaseFiles(ctx, [fileId]);
  // An interrupted upload may have left bytes that no row refers to.
  else await filesOf(ctx.orm).store.remove(storageKey(ctx.workspace, uuid));
}

/**
 * Deletes a stored file that no attachment uses. The first run clears its hash, so that an upload
 * of equal bytes no longer finds it; the next run deletes the bytes, then the row. A crash in
 * between leaves a row without bytes, never bytes without a row.
 */
async function deleteUnusedFile(ctx: Context, row: object): Promise<void> {
  const { id, hash } = row as { id: string; hash: Buffer | null };
  const uses = await execute(ctx, sql`select from attachment where file_id = ${id}::uuid limit 1`);
  if (uses.length)
    await execute(ctx, sql`update stored_file set checks_at = null where id = ${id}::uuid`);
  else if (hash) await execute(ctx, sql`update stored_file set hash = null where id = ${id}::uuid`);
  else {
    await filesOf(ctx.orm).store.remove(storageKey(ctx.workspace, id));
    await execute(ctx, sql`delete from stored_file where id = ${id}::uuid`);
  }
}

export const attachmentTasks: readonly ScheduledTask[] = [
  { table: 'attachment', column: 'unused_at', run: deleteUnusedAttachment },
  { table: 'stored_file', column: 'checks_at', run: deleteUnusedFile },
  { table: 'attachment', column: 'scans_at', run: scanDueAttachment },
];
