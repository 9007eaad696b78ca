import WebSocket from 'ws';

/** What a crowd has received since it was last asked. */
export class Tally {
  messages = 0;
  bytes = 0;
  /** Milliseconds from the record of the fact, right before its commit, to the client; of some messages when they are many. */
  latencies: number[] = [];
  readonly #share: number;

  constructor(share: number) {
    this.#share = share;
  }

  take(text: string): void {
    this.bytes += text.length;
    if (this.messages++ % this.#share) return;
    const at = /"at":"([^"]+)"/.exec(text)?.[1];
    if (at) this.latencies.push(Date.now() - Date.parse(at));
  }

  clear(): void {
    this.messages = this.bytes = 0;
    this.latencies = [];
  }
}

const FIRST = `{"id":"1","type":"next"`;

/** A client that does as little as a client can: one socket, one subscription by graphql-transport-ws. */
export function subscribe(
  url: string,
  token: string,
  request: { query: string; variables: object },
  tally: Tally,
): Promise<WebSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () =>
      socket.send(
        JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
      ),
    );
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith(FIRST)) return tally.take(text);
      const { type } = JSON.parse(text) as { type: string };
      if (type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: request }));
        resolve(socket);
      } else if (type === 'ping') socket.send('{"type":"pong"}');
      else reject(new Error(text.slice(0, 500)));
    });
    socket.once('error', reject);
    socket.once('close', (code, reason) =>
      reject(new Error(`The socket was closed: ${code} ${reason.toString()}`)),
    );
  });
}
