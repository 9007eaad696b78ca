import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Message {
  // What was asked for; `event` and `resync` where they were.
  data?: Record<
    string,
    | ({ event?: { id: string } | null; resync?: { reason: string; from: string } | null } & Record<
        string,
        unknown
      >)
    | null
  > | null;
  errors?: readonly unknown[];
  extensions?: { cursor?: string };
}

export interface ListenerOptions {
  url: string;
  token: () => Promise<string>;
  /** Gives `$after` to its field. */
  query: string;
  variables?: object;
  after?: string | undefined;
  /** Of the first try to come back, at most; each further one takes up to twice as long. */
  waitMs?: number;
}

const LONGEST_WAIT_MS = 5_000;

/** A stock client that remembers what it was told, and can lose its connection at any byte. */
export class Listener {
  /** Of the events, as they came. */
  readonly ids: string[] = [];
  readonly messages: Message[] = [];
  /** Codes with which its sockets were closed. */
  readonly closes: number[] = [];
  cuts = 0;
  isConnected = false;
  /** Why it ended, if it has. */
  end: unknown;
  readonly #client: Client;
  #socket: WebSocket | undefined;
  #after: string | undefined;

  constructor({ url, token, query, variables, after, waitMs = 100 }: ListenerOptions) {
    this.#after = after;
    this.#client = createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: (tries) => sleep(Math.random() * Math.min(waitMs * 2 ** tries, LONGEST_WAIT_MS)),
      on: {
        opened: (socket) => (this.#socket = socket as WebSocket),
        connected: () => (this.isConnected = true),
        closed: (event) => {
          this.isConnected = false;
          this.closes.push((event as { code: number }).code);
        },
      },
    });
    const last = (): string | undefined => this.#after;
    const payload = {
      query,
      variables: {
        ...variables,
        get after() {
          return last();
        },
      },
    };
    this.#client.subscribe<NonNullable<Message['data']>, { cursor?: string }>(payload, {
      next: (message) => this.#hear(message as Message),
      error: (error) => (this.end = error),
      complete: () => (this.end ??= 'complete'),
    });
  }

  /** The last cursor that it heard of. */
  get cursor(): string | undefined {
    return this.#after;
  }

  /** Cuts the connection without a goodbye; what was under way is lost. */
  cut(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.cuts++;
    this.#socket?.terminate();
  }

  async leave(): Promise<void> {
    // It may be between two connections.
    await Promise.resolve(this.#client.dispose()).catch(() => {});
  }

  #hear(message: Message): void {
    this.#after = message.extensions?.cursor ?? this.#after;
    this.messages.push(message);
    const id = Object.values(message.data ?? {})[0]?.event?.id;
    if (id !== undefined) this.ids.push(id);
  }
}
