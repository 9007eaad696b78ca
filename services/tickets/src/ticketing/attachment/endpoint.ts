import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Actor } from '@deskgraph/common/auth/access';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import { type HttpHandler, sendJson } from '@deskgraph/common/http/serve';
import type { Service } from '@deskgraph/common/service/subgraph';
import { type Attachment, ScanState } from './attachment.ts';
import { contentDisposition } from './file-name.ts';
import { type Files, filesOf, storageKey } from './files.ts';
import { attachmentById } from './queries.ts';
import { FILES_PATH } from './signed-link.ts';
import { FileRequestError, receiveUpload } from './upload.ts';

/**
 * The endpoint to which the gateway forwards uploads (PUT) and downloads (GET). A signed link is
 * all the authorization that a request needs; the gateway does not verify it.
 */
export function fileEndpoint({ orm, log }: Service): HttpHandler {
  const contextOf = (actor: Actor, requestId = randomUUID() as string): Context =>
    new Context({ orm, log, actor, requestId, locales: [] });
  return async (request, response) => {
    const files = filesOf(orm);
    const right = files.links.read(request.url!.slice(FILES_PATH.length));
    const requestId = request.headers['x-request-id'] as string | undefined;
    try {
      if (!right || right.may !== REQUIRED_RIGHT[request.method!])
        throw new FileRequestError(403, 'This link is invalid or has expired.');
      if (right.may === 'upload') {
        const ctx = contextOf(systemActor(right.workspace), requestId);
        await receiveUpload(ctx, files, right, request);
        response.writeHead(204).end();
      } else {
        const actor = { ...right.as, name: '', workspace: right.workspace };
        await sendFile(contextOf(actor, requestId), files, right.id, response);
      }
    } catch (error) {
      if (response.headersSent || request.errored) return void response.destroy();
      if (!(error instanceof FileRequestError)) throw error;
      sendJson(response, error.status, { error: error.message });
    }
  };
}

const REQUIRED_RIGHT: Record<string, 'upload' | 'download'> = { PUT: 'upload', GET: 'download' };

/** Sends the bytes of a file, if the actor for whom the link was signed still sees it. */
async function sendFile(
  ctx: Context,
  files: Files,
  id: string,
  response: ServerResponse,
): Promise<void> {
  const attachment = await readAttachment(ctx, id);
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

/** Gives the database connection back before the bytes are sent, which may take long. */
async function readAttachment(ctx: Context, id: string): Promise<Attachment | null> {
  try {
    return await attachmentById(ctx, id);
  } finally {
    await ctx.endSnapshot();
  }
}
