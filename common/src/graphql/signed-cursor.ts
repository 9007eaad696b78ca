import {
  type Cipheriv,
  type Decipheriv,
  createCipheriv,
  createDecipheriv,
  hash,
  hkdfSync,
} from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Refusal } from '../core/errors.ts';

/** A position in the event log. */
export interface CursorPosition {
  position: number;
  /**
   * The entity that was read, and its version. They identify what has happened to it since, also
   * events that have no position yet.
   */
  subject?: string;
  version?: number;
}

/** A decoded cursor. It holds a hash of the subject, which can only be compared. */
export interface DecodedCursor {
  position: number;
  version: number;
  isFor(subject: string): boolean;
}

const MAX_CACHED_KEYS = 10_000;
const BLOCK_BYTES = 16;

/** Ciphers of one workspace. ECB has no state between blocks, so each is created only once. */
interface Ciphers {
  encrypt: Cipheriv;
  decrypt: Decipheriv;
}

/**
 * Encodes positions of the event log as cursors. A plain position counts the events of all
 * workspaces and would reveal their activity, so a cursor is one AES block, encrypted with a key of
 * the workspace. The same position always has the same cursor. All processes with the same secret
 * read each other's cursors; after a change of the secret, old cursors are invalid.
 *
 * The last two bytes of the block are zero. This check of 16 bits is all that recognises a cursor:
 * one in 65,536 foreign blocks passes as a random position of the caller's own workspace.
 */
export class CursorCodec {
  readonly #ciphers = new LRUCache<string, Ciphers>({ max: MAX_CACHED_KEYS });
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  encode(workspace: string, { position, subject, version = 0 }: CursorPosition): string {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.writeUIntBE(position, 0, 6);
    block.writeUInt32BE(version, 6);
    block.writeUInt32BE(subject ? subjectHash(subject) : 0, 10);
    return this.#ciphersOf(workspace).encrypt.update(block).toString('base64url');
  }

  /** Undefined for a text that is not a cursor of this workspace. */
  decode(workspace: string, cursor: string): DecodedCursor | undefined {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length !== BLOCK_BYTES) return undefined;
    const block = this.#ciphersOf(workspace).decrypt.update(bytes);
    if (block.readUInt16BE(14) !== 0) return undefined;
    const storedHash = block.readUInt32BE(10);
    return {
      position: block.readUIntBE(0, 6),
      version: block.readUInt32BE(6),
      isFor: (subject) => storedHash !== 0 && storedHash === subjectHash(subject),
    };
  }

  #ciphersOf(workspace: string): Ciphers {
    let ciphers = this.#ciphers.get(workspace);
    if (!ciphers) {
      const key = Buffer.from(hkdfSync('sha256', this.#secret, workspace, 'deskgraph cursor', 16));
      ciphers = {
        encrypt: createCipheriv('aes-128-ecb', key, null).setAutoPadding(false),
        decrypt: createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false),
      };
      this.#ciphers.set(workspace, ciphers);
    }
    return ciphers;
  }
}

const subjectHash = (subject: string): number =>
  Number.parseInt(hash('sha1', subject).slice(0, 8), 16);

const codecs = new WeakMap<object, CursorCodec>();

/** Registers the codec of the service with this database. */
export const registerCursorCodec = (orm: object, codec: CursorCodec): void =>
  void codecs.set(orm, codec);

export function cursorCodecOf(orm: object): CursorCodec {
  const codec = codecs.get(orm);
  if (!codec) throw new Error('No cursor codec is registered for this database.');
  return codec;
}

interface Caller {
  orm: object;
  workspace: string;
}

export const encodeCursor = ({ orm, workspace }: Caller, position: CursorPosition): string =>
  cursorCodecOf(orm).encode(workspace, position);

/** Decodes a cursor of the caller; refused when it is not one of the caller's workspace. */
export function decodeCursor(
  { orm, workspace }: Caller,
  cursor: string,
  field: string[],
): DecodedCursor {
  const decoded = cursorCodecOf(orm).decode(workspace, cursor);
  if (!decoded)
    throw new Refusal([
      { code: 'INVALID', field, message: 'This cursor is not one of this workspace.' },
    ]);
  return decoded;
}
