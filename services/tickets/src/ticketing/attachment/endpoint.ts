import { randomUUID } from 'node:crypto';
import { type Handler, answer } from '@deskgraph/common/http/serve';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { Actor } from '@deskgraph/common/auth/access';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import { filesOf } from './files.ts';
import { FILES_PATH } from './signed-link.ts';
import { FileRequestError, receiveUpload } from './upload.ts';
import { sendFile } from './send.ts';

/** The door where the gateway passes files through. A link is all that its bearer needs, and is looked at here, where the bytes are. */
export function fileEndpoint({ orm, log }: Service): Handler {
  const contextOf = (actor: Actor, requestId = randomUUID() as string): Context =>
    new Context({ orm, log, actor, requestId, locales: [] });
  return async (request, response) => {
    const files = filesOf(orm);
    const right = files.links.read(request.url!.slice(FILES_PATH.length));
    const requestId = request.headers['x-request-id'] as string | undefined;
    try {
      if (!right || right.may !== NEEDED[request.method!])
        throw new FileRequestError(403, 'This link is not valid, or not any more.');
      if (right.may === 'upload') {
        await receiveUpload(
          contextOf(systemActor(right.workspace), requestId),
          files,
          right,
          request,
        );
        response.writeHead(204).end();
      } else
        await sendFile(
          contextOf({ ...right.as, name: '', workspace: right.workspace }, requestId),
          files,
          right.id,
          response,
        );
    } catch (error) {
      if (response.headersSent || request.errored) return void response.destroy();
      if (!(error instanceof FileRequestError)) throw error;
      answer(response, error.status, { error: error.message });
    }
  };
}

const NEEDED: Record<string, 'upload' | 'download'> = { PUT: 'upload', GET: 'download' };
