import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A TCP proxy between clients and the gateway that records every byte sent to clients. */
export interface ByteRecorder {
  url: string;
  received(): string;
  close(): void;
}

export async function startByteRecorder(url: string): Promise<ByteRecorder> {
  const { hostname, port, pathname } = new URL(url);
  const chunks: Buffer[] = [];
  const server = createServer((client) => {
    const gateway = connect(Number(port), hostname);
    gateway.on('data', (chunk) => chunks.push(chunk));
    for (const [one, other] of [[client, gateway] as const, [gateway, client] as const]) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    received: () => Buffer.concat(chunks).toString(),
    close: () => void server.close(),
  };
}
