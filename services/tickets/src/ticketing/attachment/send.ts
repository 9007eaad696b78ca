import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Context } from '@deskgraph/common/database/context';
import { type Attachment, ScanState } from './attachment.ts';
import { type Files, keyOf } from './files.ts';
import { byId } from './find.ts';
import { disposition } from './name.ts';
import { Unacceptable } from './upload.ts';

/** Gives the bytes to whoever still sees the file. */
export async function send(
  ctx: Context,
  files: Files,
  id: string,
  response: ServerResponse,
): Promise<void> {
  const attachment = await read(ctx, id);
  if (!attachment?.fileId || attachment.scan !== ScanState.CLEAN)
    throw new Unacceptable(404, 'There is no such file.');
  const bytes = await files.store.read(keyOf(ctx.workspace, attachment.fileId));
  await once(bytes, 'readable');
  response.writeHead(200, {
    'content-type': attachment.contentType,
    'content-length': attachment.size,
    'content-disposition': disposition(attachment.name),
  });
  await pipeline(bytes, response);
}

/** Nobody waits with a connection to the database while bytes flow. */
async function read(ctx: Context, id: string): Promise<Attachment | null> {
  try {
    return await byId(ctx, id);
  } finally {
    await ctx.end();
  }
}
