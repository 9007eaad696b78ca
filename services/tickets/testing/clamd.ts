import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';

/**
 * The EICAR test file that every virus scanner detects; in two halves, so that none detects this
 * source.
 */
export const EICAR = [
  'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR',
  '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*',
].join('');

/** A clamd that detects EICAR only, and can be disconnected for a while. */
export async function startClamd() {
  const sockets = new Set<Socket>();
  let scanCount = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let received = Buffer.alloc(0);
    socket.on('data', (part: Buffer) => {
      received = Buffer.concat([received, part]);
      const bytes = streamContent(received);
      if (!bytes) return;
      scanCount += 1;
      socket.end(bytes.includes(EICAR) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
    });
  });
  const listen = async (port = 0): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen();
  const disconnect = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `tcp://127.0.0.1:${port}`,
    scanCount: () => scanCount,
    disconnect,
    reconnect: () => listen(port),
    stop: disconnect,
  };
}

const COMMAND = 'zINSTREAM\0';

/**
 * The content of a complete INSTREAM command, undefined before: chunks, each after its length, and
 * an empty one at the end.
 */
function streamContent(received: Buffer): Buffer | undefined {
  if (!received.subarray(0, COMMAND.length).equals(Buffer.from(COMMAND))) return undefined;
  const chunks: Buffer[] = [];
  for (let offset = COMMAND.length; offset + 4 <= received.length;) {
    const size = received.readUInt32BE(offset);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(received.subarray(offset + 4, offset + 4 + size));
    offset += 4 + size;
  }
  return undefined;
}
