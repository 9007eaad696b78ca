import {
  type Cipheriv,
  type Decipheriv,
  createCipheriv,
  createDecipheriv,
  hash,
  hkdfSync,
} from 'node:crypto';
import { Refusal } from '../core/errors.ts';

/** Where a reader of the event log stands. */
export interface CursorPosition {
  position: number;
  /** The thing that was read, and its version then: tells exactly what happened to it since, also what has no position yet. */
  subject?: string;
  version?: number;
}

/** A place as it is read back: of the thing only a mark is kept, which tells whether it is that thing. */
export interface DecodedCursor {
  position: number;
  version: number;
  isOf(subject: string): boolean;
}

const KEY_LIMIT = 10_000;
const BLOCK = 16;

/** One block stands for itself, so that each of the two serves for any number of them: to make one costs more than a message of a stream. */
interface Key {
  write: Cipheriv;
  read: Decipheriv;
}

/**
 * Cursors as the graph shows them. Positions are counted over all workspaces, so that the plain number would tell each of them how busy the
 * others are: a cursor is one block, enciphered with a key of the workspace. The same place always has the same cursor. Every process with
 * the same secret writes and reads them; a new secret makes old ones invalid, as if they had expired.
 */
export class CursorCodec {
  readonly #keys = new Map<string, Key>();
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  encode(workspace: string, { position, subject, version = 0 }: CursorPosition): string {
    const block = Buffer.alloc(BLOCK);
    block.writeUIntBE(position, 0, 6);
    block.writeUInt32BE(version, 6);
    block.writeUInt32BE(subject ? markOf(subject) : 0, 10);
    return this.#keyOf(workspace).write.update(block).toString('base64url');
  }

  /** Undefined when it is none of this workspace. */
  decode(workspace: string, cursor: string): DecodedCursor | undefined {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length !== BLOCK) return undefined;
    const block = this.#keyOf(workspace).read.update(bytes);
    if (block.readUInt16BE(14) !== 0) return undefined;
    const mark = block.readUInt32BE(10);
    return {
      position: block.readUIntBE(0, 6),
      version: block.readUInt32BE(6),
      isOf: (subject) => mark !== 0 && mark === markOf(subject),
    };
  }

  #keyOf(workspace: string): Key {
    let key = this.#keys.get(workspace);
    if (!key) {
      if (this.#keys.size >= KEY_LIMIT) this.#keys.clear();
      const secret = Buffer.from(
        hkdfSync('sha256', this.#secret, workspace, 'deskgraph cursor', 16),
      );
      key = {
        write: createCipheriv('aes-128-ecb', secret, null).setAutoPadding(false),
        read: createDecipheriv('aes-128-ecb', secret, null).setAutoPadding(false),
      };
      this.#keys.set(workspace, key);
    }
    return key;
  }
}

const markOf = (subject: string): number => Number.parseInt(hash('sha1', subject).slice(0, 8), 16);

const known = new WeakMap<object, CursorCodec>();

/** Says with which secret the process of this database writes cursors. */
export const registerCursorCodec = (orm: object, cursors: CursorCodec): void =>
  void known.set(orm, cursors);

export function cursorCodecOf(orm: object): CursorCodec {
  const cursors = known.get(orm);
  if (!cursors) throw new Error('No secret for cursors.');
  return cursors;
}

interface Reader {
  orm: object;
  workspace: string;
}

export const encodeCursor = ({ orm, workspace }: Reader, place: CursorPosition): string =>
  cursorCodecOf(orm).encode(workspace, place);

/** The place that a caller gave back; refused when it is none of his workspace. */
export function decodeCursor(
  { orm, workspace }: Reader,
  cursor: string,
  field: string[],
): DecodedCursor {
  const place = cursorCodecOf(orm).decode(workspace, cursor);
  if (!place)
    throw new Refusal([
      { code: 'INVALID', field, message: 'This cursor is not one of this workspace.' },
    ]);
  return place;
}
