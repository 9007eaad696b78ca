import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform, type TransformCallback, pipeline } from 'node:stream';
import { due } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { toUuid } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { type Files, storageKey } from './files.ts';
import type { UploadRight } from './signed-link.ts';
import { scanAttachment, nextScanAt } from './scan.ts';
import { HEAD_BYTES, type FileTypeCheck, checkFileType } from './file-type.ts';

/** Why bytes are not taken, as an HTTP status and a sentence. */
export class FileRequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const CLAIM = '15 minutes';

/** Takes the bytes of an upload: exactly those that the link was signed for. */
export async function receiveUpload(
  ctx: Context,
  files: Files,
  right: UploadRight,
  request: IncomingMessage,
): Promise<void> {
  refuseOther(right, request);
  const id = toUuid('att', right.id)!;
  await claim(ctx, id);
  const key = storageKey(ctx.workspace, id);
  let isKept = false;
  try {
    const meter = new Meter(right.size);
    pipeline(request, meter, () => {});
    await files.store.put(key, meter, right.size);
    if (meter.size !== right.size)
      throw new FileRequestError(400, `These are ${meter.size} bytes, not ${right.size}.`);
    const judgement = await checkFileType(meter.head(), right.type);
    if ('refused' in judgement) throw refusalOf(judgement);
    isKept = await keep(ctx, id, {
      hash: meter.hash.digest(),
      type: judgement.type,
      scansAt: nextScanAt(files),
    });
  } catch (error) {
    await free(ctx, id);
    throw error;
  } finally {
    if (!isKept) await files.store.remove(key);
  }
  await scanAttachment(ctx, files, id);
}

function refuseOther({ size, type }: UploadRight, { headers }: IncomingMessage): void {
  if (headers['content-length'] === undefined)
    throw new FileRequestError(411, 'Say content-length.');
  if (Number(headers['content-length']) !== size)
    throw new FileRequestError(400, `This link is for ${size} bytes.`);
  if (headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase() !== type)
    throw new FileRequestError(415, `This link is for ${type}.`);
}

const refusalOf = ({ refused }: Extract<FileTypeCheck, { refused: unknown }>): FileRequestError =>
  refused === 'program'
    ? new FileRequestError(415, 'Programs and scripts are not taken.')
    : new FileRequestError(415, 'The bytes are not of the declared type.');

/** One sender at a time, and none after the first who came through. */
const claim = (ctx: Context, id: string): Promise<void> =>
  ctx.write(async (em) => {
    const { rows } = await sql`
      update attachment set claimed_at = now() where id = ${id}::uuid and file_id is null and scan = 'PENDING'
        and (claimed_at is null or claimed_at < now() - ${CLAIM}::interval) returning id`.execute(
      em.getKysely(),
    );
    if (!rows.length) throw new FileRequestError(409, 'This link is used, or in use.');
  });

const free = (ctx: Context, id: string): Promise<unknown> =>
  ctx.write((em) =>
    sql`update attachment set claimed_at = null where id = ${id}::uuid and file_id is null`.execute(
      em.getKysely(),
    ),
  );

interface Kept {
  hash: Buffer;
  type: string;
  scansAt: Date | null;
}

/** Stores that the bytes are there. Resolves with whether they are needed: the workspace may have the same already. */
const keep = (ctx: Context, id: string, { hash, type, scansAt: again }: Kept): Promise<boolean> =>
  ctx.write(async (em) => {
    const db = em.getKysely();
    const { rows } = await sql<{ id: string }>`
      insert into stored_file (id, workspace_id, hash) values (${id}::uuid, ${ctx.workspace}::uuid, ${hash})
      on conflict (workspace_id, hash) do update set hash = excluded.hash returning id`.execute(db);
    const fileId = rows[0]!.id;
    const done = await sql`
      update attachment set file_id = ${fileId}::uuid, content_type = ${type}, scan = ${again ? 'PENDING' : 'CLEAN'}, scans_at = ${again}, claimed_at = null, version = version + 1,
        updated_at = now()
      where id = ${id}::uuid and file_id is null returning id`.execute(db);
    if (!done.rows.length)
      throw new FileRequestError(410, 'There is no place for this file any more.');
    if (again) due(ctx, again);
    return fileId === id;
  });

/** Counts what flows through, never more than announced, and keeps the beginning. */
class Meter extends Transform {
  readonly hash = createHash('sha256');
  size = 0;
  readonly #most: number;
  #head: Buffer[] = [];
  #headSize = 0;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  head(): Buffer {
    return Buffer.concat(this.#head).subarray(0, HEAD_BYTES);
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    if (this.size > this.#most)
      return done(new FileRequestError(413, `This link is for ${this.#most} bytes.`));
    if (this.#headSize < HEAD_BYTES) {
      this.#head.push(chunk);
      this.#headSize += chunk.length;
    }
    this.hash.update(chunk);
    done(null, chunk);
  }
}
