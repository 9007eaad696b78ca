import { WebSocket } from 'ws';

export interface ProtocolMessage {
  type: string;
  id?: string;
  payload?: unknown;
}

export interface Result {
  data?: Record<string, never> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  extensions?: { cursor?: string };
}

/** A client that sends and receives single messages of graphql-transport-ws. */
export class TestSocket {
  readonly ws: WebSocket;
  /** Messages that no `receive` has returned yet. */
  readonly received: ProtocolMessage[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly ready: Promise<void>;
  readonly #waiters: ((message: ProtocolMessage) => void)[] = [];

  constructor(
    url: string,
    protocol: string | string[] = 'graphql-transport-ws',
    options: object = {},
  ) {
    this.ws = new WebSocket(url.replace(/^http/, 'ws'), protocol, options);
    this.ws.on('error', () => {});
    this.ready = new Promise((resolve, reject) =>
      this.ws.once('open', resolve).once('error', reject),
    );
    this.ready.catch(() => {});
    this.closed = new Promise((resolve) =>
      this.ws.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
    this.ws.on('message', (text: Buffer) => {
      const message = JSON.parse(text.toString()) as ProtocolMessage;
      const waiter = this.#waiters.shift();
      if (waiter) waiter(message);
      else this.received.push(message);
    });
  }

  static async connect(url: string, authorization?: string): Promise<TestSocket> {
    const socket = new TestSocket(url);
    await socket.ready;
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${authorization}` } });
    const ack = await Promise.race([socket.receive(), socket.closed]);
    if (!('type' in ack)) throw new Error(`closed with ${ack.code} ${ack.reason}`);
    return socket;
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  receive(): Promise<ProtocolMessage> {
    const message = this.received.shift();
    return message
      ? Promise.resolve(message)
      : new Promise((resolve) => this.#waiters.push(resolve));
  }

  subscribe(
    id: string,
    query: string,
    variables?: Record<string, unknown>,
    operationName?: string,
  ): void {
    this.send({ type: 'subscribe', id, payload: { query, variables, operationName } });
  }

  /** The next results; fails when another message arrives. */
  async nextResults(count = 1): Promise<Result[]> {
    const results: Result[] = [];
    while (results.length < count) {
      const { type, payload } = await this.receive();
      if (type !== 'next') throw new Error(`${type}: ${JSON.stringify(payload)}`);
      results.push(payload as Result);
    }
    return results;
  }

  /** Resolves when the server has handled all messages that were sent before. */
  async roundTrip(): Promise<void> {
    this.send({ type: 'ping', payload: { roundTrip: true } });
    const message = await this.receive();
    if (message.type !== 'pong') throw new Error(`not a pong: ${JSON.stringify(message)}`);
  }

  async close(): Promise<void> {
    this.ws.close();
    await this.closed;
  }
}
