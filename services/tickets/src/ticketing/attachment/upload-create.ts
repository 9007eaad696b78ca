import { sql } from '@deskgraph/common/database/database';
import { due } from '@deskgraph/common/jobs/scheduler';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  Attachment,
  MAX_FILE_BYTES,
  ScanState,
  UNUSED_FILE_TTL_MS,
  UPLOAD_LINK_SECONDS,
} from './attachment.ts';
import { filesOf } from './files.ts';
import type { AttachmentUploadCreateInput, AttachmentUploadCreatePayload } from './input.ts';
import { secondsFromNow } from './signed-link.ts';
import { safeFileName } from './file-name.ts';
import { isProgramName, isProgramType } from './file-type.ts';

/** So many of a person's or an app's files may wait at once. */
const MOST_UNUSED = 200;

/** A place for a file, and the link to fill it. */
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
  await refuseFlood(ctx);
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
  due(ctx, unusedAt);
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

async function refuseFlood(ctx: Context): Promise<void> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::integer as waiting from attachment
    where workspace_id = ${ctx.workspace}::uuid and uploader_id = ${ctx.actor.id} and message_id is null
  `.execute(ctx.em.getKysely());
  if (rows[0]!.waiting >= MOST_UNUSED) throw new Refusal('LIMIT_REACHED');
}
