import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';

const IDLE_TIMEOUT_MS = 30_000;
/** The largest chunk that is sent at once. */
const CHUNK_BYTES = 64 * 1024;

export type ScanVerdict = 'CLEAN' | 'INFECTED';

/** Scans bytes with clamd, by its INSTREAM protocol. Rejects when clamd gives no verdict. */
export async function scanWithClamd(url: string, bytes: Readable): Promise<ScanVerdict> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const response: Buffer[] = [];
  socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy(new Error('clamd does not respond')));
  socket.on('data', (part: Buffer) => response.push(part));
  // After an error the response is incomplete, and `verdictOf` throws.
  socket.on('error', () => {});
  const ended = new Promise((resolve) => socket.once('close', resolve));
  try {
    await once(socket, 'connect');
    socket.write('zINSTREAM\0');
    for await (const chunk of bytes)
      for (let offset = 0; offset < (chunk as Buffer).length; offset += CHUNK_BYTES)
        await sendChunk(socket, (chunk as Buffer).subarray(offset, offset + CHUNK_BYTES));
    socket.end(lengthPrefix(0));
    await ended;
  } finally {
    bytes.destroy();
    socket.destroy();
  }
  return verdictOf(Buffer.concat(response).toString('latin1').replace(/\0.*$/s, ''));
}

async function sendChunk(socket: ReturnType<typeof connect>, chunk: Buffer): Promise<void> {
  socket.write(lengthPrefix(chunk.length));
  if (!socket.write(chunk)) await once(socket, 'drain');
}

function lengthPrefix(size: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(size);
  return prefix;
}

function verdictOf(response: string): ScanVerdict {
  if (/^stream: OK$/.test(response)) return 'CLEAN';
  if (/^stream: .+ FOUND$/.test(response)) return 'INFECTED';
  throw new Error(`clamd gives no verdict: ${response || 'no response'}`);
}
