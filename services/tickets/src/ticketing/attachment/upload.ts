import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform, type TransformCallback, pipeline } from 'node:stream';
import { parseId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { type FileTypeCheck, HEAD_BYTES, checkFileType } from './file-type.ts';
import { type Files, storageKey } from './files.ts';
import { nextScanAt, scanAttachment } from './scan.ts';
import type { UploadRight } from './signed-link.ts';

/** A refused upload or download, as an HTTP status and a sentence. */
export class FileRequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** After this time another request may use the link of an upload that has not ended. */
const CLAIM_TIMEOUT = '15 minutes';

/** Receives the bytes of an upload: exactly those for which the link was signed. */
export async function receiveUpload(
  ctx: Context,
  files: Files,
  right: UploadRight,
  request: IncomingMessage,
): Promise<void> {
  refuseOtherHeaders(right, request);
  const id = parseId('att', right.id)!;
  await claimUpload(ctx, id);
  const key = storageKey(ctx.workspace, id);
  let isInUse = false;
  try {
    const meter = new UploadMeter(right.size);
    pipeline(request, meter, () => {});
    await files.store.put(key, meter, right.size);
    if (meter.size !== right.size)
      throw new FileRequestError(400, `These are ${meter.size} bytes, not ${right.size}.`);
    const check = await checkFileType(meter.head(), right.type);
    if ('refused' in check) throw errorOf(check);
    isInUse = await recordUpload(ctx, id, {
      hash: meter.hash.digest(),
      type: check.type,
      scansAt: nextScanAt(files),
    });
  } catch (error) {
    await releaseClaim(ctx, id);
    throw error;
  } finally {
    if (!isInUse) await files.store.remove(key);
  }
  await scanAttachment(ctx, files, id);
}

function refuseOtherHeaders({ size, type }: UploadRight, { headers }: IncomingMessage): void {
  if (headers['content-length'] === undefined)
    throw new FileRequestError(411, 'The header content-length is missing.');
  if (Number(headers['content-length']) !== size)
    throw new FileRequestError(400, `This link is for ${size} bytes.`);
  if (headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase() !== type)
    throw new FileRequestError(415, `This link is for ${type}.`);
}

const errorOf = ({ refused }: Extract<FileTypeCheck, { refused: unknown }>): FileRequestError =>
  refused === 'program'
    ? new FileRequestError(415, 'Programs and scripts are not accepted.')
    : new FileRequestError(415, 'The bytes are not of the declared type.');

/** Reserves the upload for one request at a time, and for none after the first that succeeded. */
const claimUpload = (ctx: Context, id: string): Promise<void> =>
  ctx.write(async () => {
    const claimed = await execute(
      ctx,
      sql`
        update attachment set claimed_at = now()
        where id = ${id}::uuid and file_id is null and scan = 'PENDING'
          and (claimed_at is null or claimed_at < now() - ${CLAIM_TIMEOUT}::interval)
        returning id`,
    );
    if (!claimed.length) throw new FileRequestError(409, 'This link is used, or in use.');
  });

const releaseClaim = (ctx: Context, id: string): Promise<unknown> =>
  ctx.write(() =>
    execute(
      ctx,
      sql`
        update attachment set claimed_at = null where id = ${id}::uuid and file_id is null`,
    ),
  );

interface UploadResult {
  hash: Buffer;
  type: string;
  scansAt: Date | null;
}

/**
 * Records that the bytes are stored. Returns whether these bytes are in use: if the workspace
 * already has an equal file, the attachment refers to that one.
 */
const recordUpload = (
  ctx: Context,
  id: string,
  { hash, type, scansAt }: UploadResult,
): Promise<boolean> =>
  ctx.write(async () => {
    const [file] = await execute(
      ctx,
      sql<{ id: string }>`
        insert into stored_file (id, workspace_id, hash)
        values (${id}::uuid, ${ctx.workspace}::uuid, ${hash})
        on conflict (workspace_id, hash) do update set hash = excluded.hash
        returning id`,
    );
    const fileId = file!.id;
    const updated = await execute(
      ctx,
      sql`
        update attachment set file_id = ${fileId}::uuid, content_type = ${type},
          scan = ${scansAt ? 'PENDING' : 'CLEAN'}, scans_at = ${scansAt}, claimed_at = null,
          version = version + 1, updated_at = now()
        where id = ${id}::uuid and file_id is null
        returning id`,
    );
    if (!updated.length)
      throw new FileRequestError(410, 'The attachment of this upload was deleted.');
    if (scansAt) scheduleWakeup(ctx, scansAt);
    return fileId === id;
  });

/** Hashes and counts the bytes that pass, refuses more than announced, and keeps the first ones. */
class UploadMeter extends Transform {
  readonly hash = createHash('sha256');
  size = 0;
  readonly #maxSize: number;
  #head: Buffer[] = [];
  #headSize = 0;

  constructor(maxSize: number) {
    super();
    this.#maxSize = maxSize;
  }

  head(): Buffer {
    return Buffer.concat(this.#head).subarray(0, HEAD_BYTES);
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    if (this.size > this.#maxSize)
      return done(new FileRequestError(413, `This link is for ${this.#maxSize} bytes.`));
    if (this.#headSize < HEAD_BYTES) {
      this.#head.push(chunk);
      this.#headSize += chunk.length;
    }
    this.hash.update(chunk);
    done(null, chunk);
  }
}
