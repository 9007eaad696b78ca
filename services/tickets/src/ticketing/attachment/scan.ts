import { due } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { toUuid } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Attachment, ScanState } from './attachment.ts';
import type { ScanVerdict } from './clamd.ts';
import { type Files, filesOf, storageKey } from './files.ts';

/** What got no verdict is asked for again after so long. */
const AGAIN_MS = 60_000;

/** When uploaded bytes are looked at again, unless they have got their verdict by then; null where nobody scans. */
export const nextScanAt = ({ scanner }: Files): Date | null =>
  scanner ? new Date(Date.now() + AGAIN_MS) : null;

/** Has the bytes of an upload scanned, outside of every transaction, and keeps the verdict. Without one the clock asks again. */
export async function scanAttachment(ctx: Context, files: Files, id: string): Promise<void> {
  if (!files.scanner) return;
  try {
    const fileId = await waiting(ctx, id);
    if (fileId)
      await settle(
        ctx,
        id,
        await files.scanner(await files.store.read(storageKey(ctx.workspace, fileId))),
      );
  } catch (error) {
    ctx.log.warn({ err: error, attachment: id }, 'a file could not be scanned, and is tried again');
  }
}

const waiting = (ctx: Context, id: string): Promise<string | undefined> =>
  ctx.write(async (em) => {
    const { rows } = await sql<{ file_id: string }>`
      select file_id from attachment where id = ${id}::uuid and file_id is not null and scan = 'PENDING'`.execute(
      em.getKysely(),
    );
    return rows[0]?.file_id;
  });

const settle = (ctx: Context, id: string, verdict: ScanVerdict): Promise<unknown> =>
  ctx.write((em) =>
    sql`
      update attachment set scan = ${verdict}, scans_at = null, version = version + 1, updated_at = now()
      where id = ${id}::uuid and scan = 'PENDING'`.execute(em.getKysely()),
  );

/** The clock only says that it is time: scanners may take long, and others wait for their turn. One file at a time. */
export async function scanDueAttachment(ctx: Context, row: object): Promise<void> {
  const attachment = ctx.em.map(Attachment, row as never);
  const files = filesOf(ctx.orm);
  // Nobody scans any more: it is as if nobody ever had.
  if (!files.scanner)
    return void Object.assign(attachment, {
      scan: ScanState.CLEAN,
      scansAt: null,
      version: attachment.version + 1,
    });
  attachment.scansAt = nextScanAt(files);
  due(ctx, attachment.scansAt!);
  const later = ctx.fork();
  ctx.afterCommit(() => {
    files.scanning = files.scanning.then(() =>
      scanAttachment(later, files, toUuid('att', attachment.id)!),
    );
  });
}
