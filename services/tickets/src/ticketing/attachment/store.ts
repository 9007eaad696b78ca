import type { Readable } from 'node:stream';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import type { FilesConfig } from '../../config.ts';

/** Storage of bytes on a disk or in an S3 bucket. */
export interface FileStore {
  /** Stores exactly `size` bytes; rejects when the stream fails before its end. */
  put(key: string, bytes: Readable, size: number): Promise<void>;
  read(key: string): Promise<Readable>;
  /** Removing a key that does not exist is no error. */
  remove(key: string): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 60_000;
const ignore = (): void => {};
/** Errors are logged by the callers of the store. */
const SILENT_LOGGER = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Opens the bucket if one is configured, else the folder. */
export function createFileStore(config: FilesConfig): FileStore {
  const disk = config.S3_BUCKET
    ? openBucket(config, config.S3_BUCKET)
    : Promise.resolve(openFolder(config));
  // A failure is reported by the first access to a file.
  disk.catch(() => {});
  return {
    put: async (key, bytes, size) => {
      const stored = (await disk).putStream(key, bytes, {
        contentLength: size,
        contentType: 'application/octet-stream',
      });
      await Promise.race([stored, rejectOnError(bytes)]);
    },
    read: async (key) => (await disk).getStream(key),
    remove: async (key) => (await disk).delete(key),
  };
}

/** The S3 client may wait forever for the rest of a stream that has failed. */
const rejectOnError = (bytes: Readable): Promise<never> =>
  new Promise((_, reject) => bytes.once('error', reject));

const openFolder = ({ FILES_DIR }: FilesConfig): Disk =>
  new Disk(new FSDriver({ location: FILES_DIR, visibility: 'private' }));

/**
 * Loads the S3 client only where it is used. Optional checksums are switched off because only
 * Amazon's servers support them.
 */
async function openBucket(config: FilesConfig, name: string): Promise<Disk> {
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
    logger: SILENT_LOGGER,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: IDLE_TIMEOUT_MS },
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  });
  return new Disk(driver);
}
