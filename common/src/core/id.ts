import { createHash, randomUUIDv7 } from 'node:crypto';

// Ids in the graph are TypeIDs (version 0.3): a type prefix and the 128 bits of a UUID as 26
// characters of Crockford's base 32, `tkt_01m8…`. The database stores the UUID.

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const PAIRS = Array.from(
  { length: 1024 },
  (_, bits) => ALPHABET[bits >> 5]! + ALPHABET[bits & 31]!,
);
const DIGITS = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** The UUID that no row has. Malformed ids become this one, so that they are not found. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

export const newUuid = (): string => randomUUIDv7();

/**
 * The typed id of a UUID.
 *
 * @example
 * toId('tkt', '01890a5d-ac96-774b-bcce-b302099a8057'); // 'tkt_01h455vb4pex5vsknk084sn02q'
 */
export function toId(prefix: string, uuid: string): string {
  const hex = uuid.replaceAll('-', '');
  let text = PAIRS[Number.parseInt(hex.slice(0, 2), 16)]!;
  for (let index = 2; index < 32; index += 5) {
    const bits = Number.parseInt(hex.slice(index, index + 5), 16);
    text += PAIRS[bits >> 10]! + PAIRS[bits & 1023]!;
  }
  return `${prefix}_${text}`;
}

export const newId = (prefix: string): string => toId(prefix, newUuid());

/** The UUID of a typed id; undefined when the id is malformed or of another type. */
export function parseId(prefix: string, id: string): string | undefined {
  if (id.length !== prefix.length + 27 || !id.startsWith(`${prefix}_`)) return undefined;
  const digits: number[] = [];
  for (const letter of id.slice(prefix.length + 1)) {
    const digit = DIGITS.get(letter);
    if (digit === undefined) return undefined;
    digits.push(digit);
  }
  if (digits[0]! > 7) return undefined;
  let hex = (digits[0]! * 32 + digits[1]!).toString(16).padStart(2, '0');
  for (let index = 2; index < 26; index += 4) {
    const bits =
      ((digits[index]! * 32 + digits[index + 1]!) * 32 + digits[index + 2]!) * 32 +
      digits[index + 3]!;
    hex += bits.toString(16).padStart(5, '0');
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * The UUID of a typed id; NIL_UUID, which finds no row, when the id is malformed or of another
 * type.
 */
export const uuidOf = (prefix: string, id: string): string => parseId(prefix, id) ?? NIL_UUID;

/** The type prefix of an id; empty when there is none. */
export const idPrefix = (id: string): string => id.slice(0, Math.max(0, id.indexOf('_')));

/** A UUID derived from a name: equal names give equal UUIDs (RFC 9562, version 5). */
export function uuidFromName(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
