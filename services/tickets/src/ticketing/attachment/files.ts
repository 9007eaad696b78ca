import type { Readable } from 'node:stream';
import type { Service } from '@deskgraph/common/service/subgraph';
import { filesConfig } from '../../config.ts';
import { type ScanVerdict, scanWithClamd } from './clamd.ts';
import { SignedLinks } from './signed-link.ts';
import { type FileStore, createFileStore } from './store.ts';

/** The file storage of a running service. */
export interface Files {
  store: FileStore;
  links: SignedLinks;
  /** The virus scanner; undefined if none is configured, so that files are not scanned. */
  scanner: ((bytes: Readable) => Promise<ScanVerdict>) | undefined;
  /** Resolves when the running and queued repeated scans have ended. */
  rescans: Promise<void>;
}

const filesByOrm = new WeakMap<object, Files>();

/**
 * Opens the file storage of a service; the result waits for running scans when the service stops.
 */
export function openFiles({ orm, config }: Service): () => Promise<void> {
  const settings = filesConfig();
  const { PUBLIC_URL, CLAMD_URL } = settings;
  const files: Files = {
    store: createFileStore(settings),
    links: new SignedLinks(config.INTERNAL_SECRET, PUBLIC_URL),
    scanner: CLAMD_URL ? (bytes) => scanWithClamd(CLAMD_URL, bytes) : undefined,
    rescans: Promise.resolve(),
  };
  filesByOrm.set(orm, files);
  return () => files.rescans;
}

export function filesOf(orm: object): Files {
  const files = filesByOrm.get(orm);
  if (!files) throw new Error('The file storage of this service is not open.');
  return files;
}

/** Bytes are stored by workspace, under the id of the attachment with which they were uploaded. */
export const storageKey = (workspace: string, fileId: string): string => `${workspace}/${fileId}`;
