import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import type { Service } from '@deskgraph/common/subgraph';
import { filesConfig } from '../config.ts';
import { Links } from './link.ts';

/** Where the bytes are, and the links to them. */
export interface Files {
  disk: Disk;
  links: Links;
}

const known = new WeakMap<object, Files>();

/** For as long as the service runs. */
export function openFiles({ orm, config }: Service): () => Promise<void> {
  const { FILES_DIR, PUBLIC_URL } = filesConfig();
  known.set(orm, {
    disk: new Disk(new FSDriver({ location: FILES_DIR, visibility: 'private' })),
    links: new Links(config.INTERNAL_SECRET, PUBLIC_URL),
  });
  return async () => {};
}

export function filesOf(orm: object): Files {
  const files = known.get(orm);
  if (!files) throw new Error('No files are kept here.');
  return files;
}

/** Bytes lie under the id of the attachment that brought them, apart by workspace. */
export const keyOf = (workspace: string, fileId: string): string => `${workspace}/${fileId}`;
