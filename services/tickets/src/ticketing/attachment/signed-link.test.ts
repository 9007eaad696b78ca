// oxlint-disable node/no-process-env -- the environment configures the folder of the files
import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor, USER_SCOPES } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import type { TestService } from '@deskgraph/common/testing/testing';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { download, upload } from '../../../testing/upload.ts';

let folder: string;
let service: TestService;
let desk: Desk;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  process.env['FILES_DIR'] = folder;
  service = await startOwnTickets();
  desk = await openDesk(service);
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

test('links are short enough for every server, also of an agent with many departments and the longest rights filter', async () => {
  const file = await upload(desk, desk.customer, new Uint8Array(Buffer.from('A receipt')));
  const { id } = await desk.ticket({ attachmentIds: [file] });
  const departmentIds = Array.from({ length: 90 }, () => newId('dep'));
  const filter = {
    or: [
      { departmentId: { isNull: true } },
      { departmentId: { in: departmentIds } },
      { departmentId: { in: departmentIds.slice(0, 25) } },
    ],
  };
  const role = { name: 'Long', base: 'AGENT', scopes: USER_SCOPES, filter };
  expect((await mutate(desk, desk.admin, 'accessRoleCreate', role)).userErrors).toEqual([]);
  const actor: Actor = {
    ...desk.agent,
    departments: Array.from({ length: 100 }, () => newId('dep')),
    filter,
  };
  const { ticket } = await desk.ask<{ ticket: { attachments: { url: string }[] } }>(
    actor,
    'query ($id: ID!) { ticket(id: $id) { attachments { url } } }',
    { id },
  );
  const { url } = ticket.attachments[0]!;
  expect(url.length).toBeLessThan(8_000);
  const response = await download(desk, url);
  expect([response.status, await response.text()]).toEqual([200, 'A receipt']);
});
