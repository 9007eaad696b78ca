import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Message {
  // The selected fields. `event` and `resync` are present when the query selects them.
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
  /** A subscription that may use the variable `$after`. */
  query: string;
  variables?: object;
  after?: string | undefined;
  /** The maximum wait before the first reconnect. It doubles with each further attempt. */
  waitMs?: number;
}

const MAX_RETRY_WAIT_MS = 5_000;

/** A graphql-ws client that records its messages and can drop its connection at any moment. */
export class Listener {
  /** Ids of the events, in the order of arrival. */
  readonly ids: string[] = [];
  readonly messages: Message[] = [];
  /** Close codes of its sockets. */
  readonly closes: number[] = [];
  cuts = 0;
  isConnected = false;
  /** The reason why the subscription ended. */
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
      retryWait: (tries) => sleep(Math.random() * Math.min(waitMs * 2 ** tries, MAX_RETRY_WAIT_MS)),
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

  /** The last received cursor. */
  get cursor(): string | undefined {
    return this.#after;
  }

  /** Terminates the connection without a close frame. Data in flight is lost. */
  cut(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.cuts++;
    this.#socket?.terminate();
  }

  async close(): Promise<void> {
    // Disposing between two connections rejects.
    await Promise.resolve(this.#client.dispose()).catch(() => {});
  }

  #hear(message: Message): void {
    this.#after = message.extensions?.cursor ?? this.#after;
    this.messages.push(message);
    const id = Object.values(message.data ?? {})[0]?.event?.id;
    if (id !== undefined) this.ids.push(id);
  }
}
