import WebSocket from 'ws';

/** Counts the messages of a group of subscribers. */
export class MessageTally {
  messages = 0;
  bytes = 0;
  /**
   * Milliseconds from the event, right before its commit, to the client. Sampled when there are
   * many messages.
   */
  latencies: number[] = [];
  readonly #share: number;

  constructor(share: number) {
    this.#share = share;
  }

  record(text: string): void {
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

/** A minimal client: one socket with one subscription over graphql-transport-ws. */
export function subscribe(
  url: string,
  token: string,
  request: { query: string; variables: object },
  tally: MessageTally,
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
      if (text.startsWith(FIRST)) return tally.record(text);
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
