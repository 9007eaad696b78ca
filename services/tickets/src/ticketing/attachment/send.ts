import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Context } from '@deskgraph/common/database/context';
import { type Attachment, ScanState } from './attachment.ts';
import { type Files, storageKey } from './files.ts';
import { attachmentById } from './queries.ts';
import { contentDisposition } from './file-name.ts';
import { FileRequestError } from './upload.ts';

/** Gives the bytes to whoever still sees the file. */
export async function sendFile(
  ctx: Context,
  files: Files,
  id: string,
  response: ServerResponse,
): Promise<void> {
  const attachment = await read(ctx, id);
  if (!attachment?.fileId || attachment.scan !== ScanState.CLEAN)
    throw new FileRequestError(404, 'There is no such file.');
  const bytes = await files.store.read(storageKey(ctx.workspace, attachment.fileId));
  await once(bytes, 'readable');
  response.writeHead(200, {
    'content-type': attachment.contentType,
    'content-length': attachment.size,
    'content-disposition': contentDisposition(attachment.name),
  });
  await pipeline(bytes, response);
}

/** Nobody waits with a connection to the database while bytes flow. */
async function read(ctx: Context, id: string): Promise<Attachment | null> {
  try {
    return await attachmentById(ctx, id);
  } finally {
    await ctx.end();
  }
}
