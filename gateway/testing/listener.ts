import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Result } from './socket.ts';

export interface ReceivedPart {
  event?: string;
  id?: string;
  retry?: string;
  /** A comment. */
  comment?: boolean;
  data?: unknown;
}

export const SSE = 'text/event-stream';
export const MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json';

export interface StreamClientOptions {
  url: string;
  token?: string | undefined;
  query?: unknown;
  variables?: Record<string, unknown>;
  operationName?: string;
  accept?: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Sent in place of the JSON request. */
  body?: string;
}

const parseEvent = (block: string): ReceivedPart => {
  const received: ReceivedPart = {};
  for (const line of block.split('\n')) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === '') received.comment = true;
    else if (field === 'data') received.data = value ? JSON.parse(value) : '';
    else if (field) received[field as 'event'] = value!;
  }
  if (block === ':') received.comment = true;
  return received;
};
const parsePart = (block: string): ReceivedPart => {
  const headEnd = block.indexOf('\r\n\r\n');
  if (block.startsWith('--')) return { event: 'complete' };
  return headEnd < 0
    ? { comment: true }
    : { event: 'part', data: JSON.parse(block.slice(headEnd)) };
};

/** A client of streaming responses that receives single messages and has no protocol logic. */
export class StreamClient {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  /** Messages that no `receive` has returned yet. */
  readonly received: ReceivedPart[] = [];
  /** The id of the last event, or the one that was sent before the first event. */
  lastEventId: string | undefined;
  readonly closed: Promise<void>;
  readonly #waiters: ((message: ReceivedPart) => void)[] = [];
  #unparsed = '';
  #onHeartbeat = (): void => {};

  private constructor(clientRequest: ClientRequest, response: IncomingMessage) {
    this.request = clientRequest;
    this.response = response;
    this.closed = new Promise((resolve) => response.once('close', resolve));
    response.on('error', () => {});
    if (response.headers['content-type']?.startsWith('application/json')) return;
    const isEvents = response.headers['content-type']?.startsWith(SSE);
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (this.#unparsed + chunk).split(isEvents ? '\n\n' : '\r\n--graphql');
      this.#unparsed = blocks.pop()!;
      if (this.#unparsed === '--\r\n') blocks.push('--');
      for (const block of blocks) this.#dispatch(isEvents ? parseEvent(block) : parsePart(block));
    });
  }

  static async open({
    url,
    token,
    query,
    variables,
    operationName,
    accept = SSE,
    method = 'POST',
    headers,
    body,
  }: StreamClientOptions): Promise<StreamClient> {
    const address = new URL(url);
    const params = { query, operationName, variables };
    if (method === 'GET')
      for (const [name, value] of Object.entries(params))
        if (value !== undefined)
          address.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    const clientRequest = request(address, {
      method,
      agent: false,
      headers: {
        accept,
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    const response = new Promise<IncomingMessage>((resolve, reject) =>
      clientRequest.once('response', resolve).once('error', reject),
    );
    clientRequest.end(method === 'POST' ? (body ?? JSON.stringify(params)) : undefined);
    const client = new StreamClient(clientRequest, await response);
    clientRequest.on('error', () => {});
    return client;
  }

  /** The status and errors of a response with one JSON result. */
  async errorResponse(): Promise<{ status: number | undefined; errors: Result['errors'] }> {
    const { errors } = JSON.parse(await text(this.response)) as Result;
    return { status: this.response.statusCode, errors };
  }

  receive(): Promise<ReceivedPart> {
    const received = this.received.shift();
    return received
      ? Promise.resolve(received)
      : new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** The next results; fails when another message arrives. */
  async nextResults(count = 1): Promise<Result[]> {
    const results: Result[] = [];
    while (results.length < count) {
      const received = await this.receive();
      const payload =
        received.event === 'part'
          ? (received.data as { payload: unknown }).payload
          : received.event === 'next' && received.data;
      if (!payload) throw new Error(`not a result: ${JSON.stringify(received)}`);
      results.push(payload as Result);
    }
    return results;
  }

  /** Resolves after the given number of further heartbeats. */
  heartbeats(count: number): Promise<void> {
    return new Promise((resolve) => (this.#onHeartbeat = () => void (--count === 0 && resolve())));
  }

  async close(): Promise<void> {
    this.request.destroy();
    this.response.resume();
    await this.closed;
  }

  #dispatch(message: ReceivedPart): void {
    if (message.comment || (message.event === 'part' && JSON.stringify(message.data) === '{}'))
      return this.#onHeartbeat();
    this.lastEventId = message.id ?? this.lastEventId;
    if (message.id && !message.event) return;
    const waiter = this.#waiters.shift();
    if (waiter) waiter(message);
    else this.received.push(message);
  }
}
