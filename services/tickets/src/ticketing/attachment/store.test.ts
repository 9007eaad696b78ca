import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { startBucket } from '../../../testing/s3.ts';
import { type FileStore, createFileStore } from './store.ts';

const KEY = '5f0c/one';
let folder: string;
let bucket: Awaited<ReturnType<typeof startBucket>>;
const stores: Record<string, FileStore> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  bucket = await startBucket();
  stores['a folder'] = createFileStore({ FILES_DIR: folder, S3_REGION: '' });
  stores['a bucket'] = createFileStore({ FILES_DIR: folder, ...bucket.environment });
});
afterAll(async () => {
  await bucket.stop();
  await rm(folder, { recursive: true });
});

describe.each(['a folder', 'a bucket'])('%s', (kind) => {
  test('returns the bytes that were last put under a key, and none after they are removed', async () => {
    const store = stores[kind]!;
    for (const bytes of [randomBytes(10 * 1024 * 1024), Buffer.from('second')]) {
      await store.put(KEY, Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]), bytes.length);
      expect((await buffer(await store.read(KEY))).equals(bytes)).toBe(true);
    }
    await store.remove(KEY);
    await store.remove(KEY);
    await expect((async () => buffer(await store.read(KEY)))()).rejects.toThrow(
      /Cannot read|ENOENT/,
    );
  });

  test('stores nothing of a stream that fails', async () => {
    const store = stores[kind]!;
    const bytes = new PassThrough();
    const stored = store.put('5f0c/broken', bytes, 1_000);
    bytes.write('some of it');
    setImmediate(() => bytes.destroy(new Error('The sender is gone.')));
    await expect(stored).rejects.toThrow(/gone|Cannot write/);
    await store.remove('5f0c/broken');
    await expect((async () => buffer(await store.read('5f0c/broken')))()).rejects.toThrow(
      /Cannot read|ENOENT/,
    );
  });
});

test('a bucket accepts nothing without its secret key', async () => {
  const unauthorized = createFileStore({
    FILES_DIR: folder,
    ...bucket.environment,
    S3_SECRET_ACCESS_KEY: 'guessed',
  });
  await expect(unauthorized.put(KEY, Readable.from(['x']), 1)).rejects.toThrow(/Cannot write/);
  expect(bucket.keys()).toEqual([]);
});
