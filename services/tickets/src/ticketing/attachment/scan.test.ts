// oxlint-disable node/no-process-env -- the environment configures bucket and scanner
import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { TestService } from '@deskgraph/common/testing/testing';
import { EICAR, startClamd } from '../../../testing/clamd.ts';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { waitFor } from '../../../testing/scheduler.ts';
import { startBucket } from '../../../testing/s3.ts';
import { download, upload } from '../../../testing/upload.ts';

let bucket: Awaited<ReturnType<typeof startBucket>>;
let clamd: Awaited<ReturnType<typeof startClamd>>;
let service: TestService;
let desk: Desk;
let clock: ReturnType<typeof stopClock>;

beforeAll(async () => {
  bucket = await startBucket();
  clamd = await startClamd();
  Object.assign(process.env, { ...bucket.environment, CLAMD_URL: clamd.url });
  service = await startOwnTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
});
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
  await clamd.stop();
  await bucket.stop();
});

interface AttachmentView {
  scan: string;
  url: string | null;
}
const readAttachment = async (id: string): Promise<AttachmentView> =>
  (
    await desk.ask<{ node: AttachmentView }>(
      desk.customer,
      'query ($id: ID!) { node(id: $id) { ... on Attachment { scan url } } }',
      { id },
    )
  ).node;
const sendWith = (attachmentIds: string[]) =>
  mutate(
    desk,
    desk.customer,
    'ticketCreate',
    { subject: 'Files', body: 'Here.', attachmentIds },
    'ticket { id }',
  );
const virus = () => new Uint8Array(Buffer.from(`${randomBytes(100_000).toString('hex')}${EICAR}`));

test('a clean file can be downloaded; an infected file cannot be sent', async () => {
  const bytes = new Uint8Array(randomBytes(300_000));
  const clean = await upload(desk, desk.customer, bytes);
  const { scan, url } = await readAttachment(clean);
  expect(scan).toBe('CLEAN');
  expect(Buffer.from(await (await download(desk, url!)).arrayBuffer()).equals(bytes)).toBe(true);
  const bad = await upload(desk, desk.customer, virus());
  expect(await readAttachment(bad)).toEqual({ scan: 'INFECTED', url: null });
  expect((await sendWith([clean, bad])).userErrors).toEqual([
    { code: 'FILE_INFECTED', field: ['input', 'attachmentIds', '1'] },
  ]);
  expect((await sendWith([clean])).userErrors).toEqual([]);
});

test('while the scanner is down files can be sent but not downloaded; they are scanned when it is back', async () => {
  await clamd.disconnect();
  const good = await upload(desk, desk.customer, new Uint8Array(randomBytes(1_000)));
  const bad = await upload(desk, desk.customer, virus());
  expect((await sendWith([good, bad])).userErrors).toEqual([]);
  expect(await readAttachment(good)).toEqual({ scan: 'PENDING', url: null });
  const before = clamd.scanCount();
  clock.advance(60_000);
  await clamd.reconnect();
  clock.advance(60_000);
  await waitFor(
    async () =>
      (await readAttachment(good)).scan === 'CLEAN' &&
      (await readAttachment(bad)).scan !== 'PENDING',
  );
  expect((await readAttachment(good)).url).not.toBeNull();
  expect(await readAttachment(bad)).toEqual({ scan: 'INFECTED', url: null });
  expect(clamd.scanCount()).toBeGreaterThanOrEqual(before + 2);
});
