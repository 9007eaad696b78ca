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
  /** In place of the request as JSON. */
  body?: string;
}

const event = (block: string): ReceivedPart => {
  const heard: ReceivedPart = {};
  for (const line of block.split('\n')) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === '') heard.comment = true;
    else if (field === 'data') heard.data = value ? JSON.parse(value) : '';
    else if (field) heard[field as 'event'] = value!;
  }
  if (block === ':') heard.comment = true;
  return heard;
};
const part = (block: string): ReceivedPart => {
  const at = block.indexOf('\r\n\r\n');
  if (block.startsWith('--')) return { event: 'complete' };
  return at < 0 ? { comment: true } : { event: 'part', data: JSON.parse(block.slice(at)) };
};

/** A client of streaming responses that hears single messages, and knows nothing of their protocols. */
export class StreamClient {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  /** What came and was not taken yet. */
  readonly received: ReceivedPart[] = [];
  /** Of the last event, or told alone before the first one. */
  lastEventId: string | undefined;
  readonly closed: Promise<void>;
  readonly #waits: ((heard: ReceivedPart) => void)[] = [];
  #rest = '';
  #beaten = (): void => {};

  private constructor(sent: ClientRequest, response: IncomingMessage) {
    this.request = sent;
    this.response = response;
    this.closed = new Promise((resolve) => response.once('close', resolve));
    response.on('error', () => {});
    if (response.headers['content-type']?.startsWith('application/json')) return;
    const isEvents = response.headers['content-type']?.startsWith(SSE);
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (this.#rest + chunk).split(isEvents ? '\n\n' : '\r\n--graphql');
      this.#rest = blocks.pop()!;
      if (this.#rest === '--\r\n') blocks.push('--');
      for (const block of blocks) this.#hear(isEvents ? event(block) : part(block));
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
    const sent = request(address, {
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
      sent.once('response', resolve).once('error', reject),
    );
    sent.end(method === 'POST' ? (body ?? JSON.stringify(params)) : undefined);
    const listener = new StreamClient(sent, await response);
    sent.on('error', () => {});
    return listener;
  }

  /** A refusal. */
  async errorResponse(): Promise<{ status: number | undefined; errors: Result['errors'] }> {
    const { errors } = JSON.parse(await text(this.response)) as Result;
    return { status: this.response.statusCode, errors };
  }

  receive(): Promise<ReceivedPart> {
    const heard = this.received.shift();
    return heard ? Promise.resolve(heard) : new Promise((resolve) => this.#waits.push(resolve));
  }

  /** The results that come next. */
  async nextResults(count = 1): Promise<Result[]> {
    const results: Result[] = [];
    while (results.length < count) {
      const heard = await this.receive();
      const payload =
        heard.event === 'part'
          ? (heard.data as { payload: unknown }).payload
          : heard.event === 'next' && heard.data;
      if (!payload) throw new Error(`not a result: ${JSON.stringify(heard)}`);
      results.push(payload as Result);
    }
    return results;
  }

  /** So many signs of life more. */
  heartbeats(count: number): Promise<void> {
    return new Promise((resolve) => (this.#beaten = () => void (--count === 0 && resolve())));
  }

  async close(): Promise<void> {
    this.request.destroy();
    this.response.resume();
    await this.closed;
  }

  #hear(heard: ReceivedPart): void {
    if (heard.comment || (heard.event === 'part' && JSON.stringify(heard.data) === '{}'))
      return this.#beaten();
    this.lastEventId = heard.id ?? this.lastEventId;
    if (heard.id && !heard.event) return;
    const wait = this.#waits.shift();
    if (wait) wait(heard);
    else this.received.push(heard);
  }
}
