import type { Actor } from '@deskgraph/common/auth/access';
import { signActor, systemActor } from '@deskgraph/common/auth/token';
import { TEST_SECRET } from '@deskgraph/common/testing/testing';
import { type Desk, mutate } from './desk.ts';

/** Announces a file and sends its bytes; gives the id. */
export async function upload(
  desk: Desk,
  actor: Actor,
  bytes: Uint8Array<ArrayBuffer>,
  name = 'file.txt',
  contentType = 'text/plain',
): Promise<string> {
  const input = { name, contentType, size: bytes.length };
  const { attachment, uploadUrl, userErrors } = await mutate(
    desk,
    actor,
    'attachmentUploadCreate',
    input,
    'attachment { id } uploadUrl',
  );
  if (!attachment) throw new Error(JSON.stringify(userErrors));
  const response = await fetch(`${desk.service.url}${uploadUrl as string}`, {
    method: 'PUT',
    body: bytes,
    headers: {
      'content-type': contentType,
      authorization: `Bearer ${await signActor(systemActor(desk.workspace), TEST_SECRET)}`,
    },
  });
  if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
  return (attachment as { id: string }).id;
}

/** The bytes behind a link, as the gateway would fetch them. */
export const download = async (desk: Desk, url: string): Promise<Response> =>
  fetch(`${desk.service.url}${url}`, {
    headers: {
      authorization: `Bearer ${await signActor(systemActor(desk.workspace), TEST_SECRET)}`,
    },
  });
