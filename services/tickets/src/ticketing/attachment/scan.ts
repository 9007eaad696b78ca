import { parseId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { execute, managedEntity } from '@deskgraph/common/database/query';
import { sql } from '@deskgraph/common/database/database';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { Attachment, ScanState } from './attachment.ts';
import type { ScanVerdict } from './clamd.ts';
import { type Files, filesOf, storageKey } from './files.ts';

const RETRY_DELAY_MS = 60_000;

/** When uploaded bytes are scanned again unless they have a verdict; null without a scanner. */
export const nextScanAt = ({ scanner }: Files): Date | null =>
  scanner ? new Date(Date.now() + RETRY_DELAY_MS) : null;

/**
 * Scans the bytes of an upload outside of any transaction, then stores the verdict. If the scanner
 * fails, a scheduled task tries again.
 */
export async function scanAttachment(ctx: Context, files: Files, id: string): Promise<void> {
  if (!files.scanner) return;
  try {
    const fileId = await unscannedFileId(ctx, id);
    if (!fileId) return;
    const bytes = await files.store.read(storageKey(ctx.workspace, fileId));
    await storeVerdict(ctx, id, await files.scanner(bytes));
  } catch (error) {
    ctx.log.warn({ err: error, attachment: id }, 'virus scan failed, retrying');
  }
}

const unscannedFileId = (ctx: Context, id: string): Promise<string | undefined> =>
  ctx.write(async () => {
    const [row] = await execute(
      ctx,
      sql<{ file_id: string }>`
        select file_id from attachment
        where id = ${id}::uuid and file_id is not null and scan = 'PENDING'`,
    );
    return row?.file_id;
  });

const storeVerdict = (ctx: Context, id: string, verdict: ScanVerdict): Promise<unknown> =>
  ctx.write(() =>
    execute(
      ctx,
      sql`
        update attachment set scan = ${verdict}, scans_at = null, version = version + 1,
          updated_at = now()
        where id = ${id}::uuid and scan = 'PENDING'`,
    ),
  );

/**
 * Scheduled task: scans an attachment without a verdict again. The scan runs after the transaction,
 * because it may take long, and one file at a time.
 */
export async function scanDueAttachment(ctx: Context, row: object): Promise<void> {
  const attachment = managedEntity(ctx, Attachment, row);
  const files = filesOf(ctx.orm);
  // The scanner was removed from the configuration: treat the file as if there had never been one.
  if (!files.scanner)
    return void Object.assign(attachment, {
      scan: ScanState.CLEAN,
      scansAt: null,
      version: attachment.version + 1,
    });
  attachment.scansAt = nextScanAt(files);
  scheduleWakeup(ctx, attachment.scansAt!);
  const nextCtx = ctx.fork();
  const id = parseId('att', attachment.id)!;
  ctx.afterCommit(() => {
    files.rescans = files.rescans.then(() => scanAttachment(nextCtx, files, id));
  });
}
