import type { Readable } from 'node:stream';
import type { Service } from '@deskgraph/common/service/subgraph';
import { filesConfig } from '../../config.ts';
import { type ScanVerdict, scanWithClamd } from './clamd.ts';
import { SignedLinks } from './signed-link.ts';
import { type FileStore, createFileStore } from './store.ts';

/** Where the bytes are, and the links to them. */
export interface Files {
  store: FileStore;
  links: SignedLinks;
  /** Says whether bytes are harmful; without one nobody looks. */
  scanner: ((bytes: Readable) => Promise<ScanVerdict>) | undefined;
  /** What is scanned anew, one after the other. */
  scanning: Promise<void>;
}

const known = new WeakMap<object, Files>();

/** For as long as the service runs. */
export function openFiles({ orm, config }: Service): () => Promise<void> {
  const given = filesConfig();
  const { PUBLIC_URL, CLAMD_URL } = given;
  const files: Files = {
    store: createFileStore(given),
    links: new SignedLinks(config.INTERNAL_SECRET, PUBLIC_URL),
    scanner: CLAMD_URL ? (bytes) => scanWithClamd(CLAMD_URL, bytes) : undefined,
    scanning: Promise.resolve(),
  };
  known.set(orm, files);
  return () => files.scanning;
}

export function filesOf(orm: object): Files {
  const files = known.get(orm);
  if (!files) throw new Error('No files are kept here.');
  return files;
}

/** Bytes lie under the id of the attachment that brought them, apart by workspace. */
export const storageKey = (workspace: string, fileId: string): string => `${workspace}/${fileId}`;
