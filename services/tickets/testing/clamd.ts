import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';

/** The text that every virus scanner takes for a virus, in two halves, so that none does here. */
export const EICAR = [
  'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR',
  '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*',
].join('');

/** A clamd that knows one virus, and can be away for a while. */
export async function startClamd() {
  const sockets = new Set<Socket>();
  let scanned = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let given = Buffer.alloc(0);
    socket.on('data', (part: Buffer) => {
      given = Buffer.concat([given, part]);
      const bytes = read(given);
      if (!bytes) return;
      scanned += 1;
      socket.end(bytes.includes(EICAR) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
    });
  });
  const listen = async (port = 0): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen();
  const leave = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `tcp://127.0.0.1:${port}`,
    scanned: () => scanned,
    leave,
    comeBack: () => listen(port),
    stop: leave,
  };
}

const COMMAND = 'zINSTREAM\0';

/** The bytes of a stream once it is whole: pieces, each with its length before it, and a last one of no length. */
function read(given: Buffer): Buffer | undefined {
  if (!given.subarray(0, COMMAND.length).equals(Buffer.from(COMMAND))) return undefined;
  const pieces: Buffer[] = [];
  for (let at = COMMAND.length; at + 4 <= given.length;) {
    const size = given.readUInt32BE(at);
    if (size === 0) return Buffer.concat(pieces);
    pieces.push(given.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return undefined;
}
