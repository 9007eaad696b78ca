import type { Readable } from 'node:stream';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import type { FilesConfig } from '../../config.ts';

/** Where bytes lie: all that is asked of a disk or a bucket. */
export interface FileStore {
  /** Keeps exactly so many bytes; when they break off, it fails. */
  put(key: string, bytes: Readable, size: number): Promise<void>;
  read(key: string): Promise<Readable>;
  /** What is not there is gone already. */
  remove(key: string): Promise<void>;
}

const CONNECT_MS = 5_000;
const SILENCE_MS = 60_000;
const nothing = (): void => {};
/** Whoever asks for a file tells what went wrong. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The folder, or the bucket where one is named. */
export function createFileStore(config: FilesConfig): FileStore {
  const disk = config.S3_BUCKET
    ? bucket(config, config.S3_BUCKET)
    : Promise.resolve(folder(config));
  // Told by whoever asks for a file.
  disk.catch(() => {});
  return {
    put: async (key, bytes, size) => {
      const kept = (await disk).putStream(key, bytes, {
        contentLength: size,
        contentType: 'application/octet-stream',
      });
      await Promise.race([kept, broken(bytes)]);
    },
    read: async (key) => (await disk).getStream(key),
    remove: async (key) => (await disk).delete(key),
  };
}

/** A bucket may wait for ever for the rest of bytes that broke off. */
const broken = (bytes: Readable): Promise<never> =>
  new Promise((_, reject) => bytes.once('error', reject));

const folder = ({ FILES_DIR }: FilesConfig): Disk =>
  new Disk(new FSDriver({ location: FILES_DIR, visibility: 'private' }));

/** Loaded only where it is used. Checksums that only Amazon's own servers know are left out, so that others' take the bytes, too. */
async function bucket(config: FilesConfig, name: string): Promise<Disk> {
  const {
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = config;
  const { S3Driver } = await import('flydrive/drivers/s3');
  const driver = new S3Driver({
    bucket: name,
    region,
    visibility: 'private',
    supportsACL: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: SILENT,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  });
  return new Disk(driver);
}
