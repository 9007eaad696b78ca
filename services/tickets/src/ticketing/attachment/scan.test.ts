// oxlint-disable node/no-process-env -- bucket and scanner are set by the environment
import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestService } from '@deskgraph/common/testing/testing';
import { EICAR, startClamd } from '../../../testing/clamd.ts';
import { stopClock } from '../../../testing/clock.ts';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
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
  service = await startTickets();
  clock = stopClock(service);
  desk = await openDesk(service);
});
afterAll(async () => {
  jest.useRealTimers();
  await service.stop();
  await clamd.stop();
  await bucket.stop();
});

interface Shown {
  scan: string;
  url: string | null;
}
const shown = async (id: string): Promise<Shown> =>
  (
    await desk.ask<{ node: Shown }>(
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
async function until(holds: () => Promise<boolean>, patienceMs = 10_000): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await holds()); await sleep(20))
    if (performance.now() > end) throw new Error('It did not happen in time.');
}

test('a file is read once the scanner has found nothing in it; one in which it found something is sent by nobody', async () => {
  const bytes = new Uint8Array(randomBytes(300_000));
  const clean = await upload(desk, desk.customer, bytes);
  const { scan, url } = await shown(clean);
  expect(scan).toBe('CLEAN');
  expect(Buffer.from(await (await download(desk, url!)).arrayBuffer()).equals(bytes)).toBe(true);
  const bad = await upload(desk, desk.customer, virus());
  expect(await shown(bad)).toEqual({ scan: 'INFECTED', url: null });
  expect((await sendWith([clean, bad])).userErrors).toEqual([
    { code: 'FILE_INFECTED', field: ['input', 'attachmentIds', '1'] },
  ]);
  expect((await sendWith([clean])).userErrors).toEqual([]);
});

test('while the scanner is away files are sent, but nobody reads them; it looks at them when it is back', async () => {
  await clamd.leave();
  const good = await upload(desk, desk.customer, new Uint8Array(randomBytes(1_000)));
  const bad = await upload(desk, desk.customer, virus());
  expect((await sendWith([good, bad])).userErrors).toEqual([]);
  expect(await shown(good)).toEqual({ scan: 'PENDING', url: null });
  const before = clamd.scanned();
  clock.turn(60_000);
  await clamd.comeBack();
  clock.turn(60_000);
  await until(
    async () => (await shown(good)).scan === 'CLEAN' && (await shown(bad)).scan !== 'PENDING',
  );
  expect((await shown(good)).url).not.toBeNull();
  expect(await shown(bad)).toEqual({ scan: 'INFECTED', url: null });
  expect(clamd.scanned()).toBeGreaterThanOrEqual(before + 2);
});
