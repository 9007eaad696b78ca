import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';

const SILENCE_MS = 30_000;
/** As long as a piece of a stream may be. */
const PIECE = 64 * 1024;

export type ScanVerdict = 'CLEAN' | 'INFECTED';

/** Asks a clamd, by its own protocol (INSTREAM), whether bytes hold something that it knows as harmful. Fails when it gives no verdict. */
export async function scanWithClamd(url: string, bytes: Readable): Promise<ScanVerdict> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const answer: Buffer[] = [];
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('clamd is silent')));
  socket.on('data', (part: Buffer) => answer.push(part));
  // Without an answer there is no verdict, whatever the reason.
  socket.on('error', () => {});
  const ended = new Promise((resolve) => socket.once('close', resolve));
  try {
    await once(socket, 'connect');
    socket.write('zINSTREAM\0');
    for await (const chunk of bytes)
      for (let at = 0; at < (chunk as Buffer).length; at += PIECE)
        await give(socket, (chunk as Buffer).subarray(at, at + PIECE));
    socket.end(lengthOf(0));
    await ended;
  } finally {
    bytes.destroy();
    socket.destroy();
  }
  return verdictOf(Buffer.concat(answer).toString('latin1').replace(/\0.*$/s, ''));
}

async function give(socket: ReturnType<typeof connect>, piece: Buffer): Promise<void> {
  socket.write(lengthOf(piece.length));
  if (!socket.write(piece)) await once(socket, 'drain');
}

function lengthOf(size: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(size);
  return head;
}

function verdictOf(answer: string): ScanVerdict {
  if (/^stream: OK$/.test(answer)) return 'CLEAN';
  if (/^stream: .+ FOUND$/.test(answer)) return 'INFECTED';
  throw new Error(`clamd gives no verdict: ${answer || 'no answer'}`);
}
