import type { Timer } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { toUuid } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Attachment } from './attachment.ts';
import { filesOf, storageKey } from './files.ts';
import { releaseStoredFiles } from './release.ts';
import { scanDueAttachment } from './scan.ts';

/** Nobody sent it with a message. */
async function deleteUnusedAttachment(ctx: Context, row: object): Promise<void> {
  const { id, fileId } = ctx.em.map(Attachment, row as never);
  const uuid = toUuid('att', id)!;
  await sql`delete from attachment where id = ${uuid}::uuid`.execute(ctx.em.getKysely());
  if (fileId) await releaseStoredFiles(ctx, [fileId]);
  // What an upload left behind that was cut off; bytes that are known have their own end.
  else await filesOf(ctx.orm).store.remove(storageKey(ctx.workspace, uuid));
}

/**
 * Are the bytes still needed? If not, they are first made unfindable, then deleted: whoever uploads the same meanwhile brings bytes of his
 * own. They go before their row does, so that no crash leaves bytes that nobody knows.
 */
async function deleteUnusedFile(ctx: Context, row: object): Promise<void> {
  const { id, hash } = row as { id: string; hash: Buffer | null };
  const db = ctx.em.getKysely();
  const { rows } = await sql`select from attachment where file_id = ${id}::uuid limit 1`.execute(
    db,
  );
  if (rows.length)
    await sql`update stored_file set checks_at = null where id = ${id}::uuid`.execute(db);
  else if (hash) await sql`update stored_file set hash = null where id = ${id}::uuid`.execute(db);
  else {
    await filesOf(ctx.orm).store.remove(storageKey(ctx.workspace, id));
    await sql`delete from stored_file where id = ${id}::uuid`.execute(db);
  }
}

/** What happens to files by time alone. */
export const attachmentTasks: readonly Timer[] = [
  { table: 'attachment', column: 'unused_at', ring: deleteUnusedAttachment },
  { table: 'stored_file', column: 'checks_at', ring: deleteUnusedFile },
  { table: 'attachment', column: 'scans_at', ring: scanDueAttachment },
];
