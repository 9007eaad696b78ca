import { type Client, createClient } from 'graphql-ws';
import { type GraphQLFormattedError } from 'graphql';
import WebSocket from 'ws';
import type { Log } from '@deskgraph/common/core/log';
import type { Variables } from '../../subgraphs/federation.ts';
import type { Scope } from './scope.ts';

/** One message of a subgraph's stream. Without data and errors it is a checkpoint. */
export interface SubgraphMessage {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  extensions?: { cursor?: string; resyncQuery?: string };
}

export interface UpstreamListener {
  onMessage(message: SubgraphMessage): void;
  /** The subgraph ended the stream; with errors when it failed. */
  onEnd(errors?: GraphQLFormattedError[]): void;
  /** The connection is lost, and with it any events that would have followed. */
  onConnectionLost(error: unknown): void;
}

export interface UpstreamRequest {
  query: string;
  operationName?: string | undefined;
  variables: Variables;
}

interface UpstreamConnection {
  client: Client;
  /** Open streams. */
  streams: number;
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const ACK_TIMEOUT_MS = 5_000;
const PING_INTERVAL_MS = 10_000;
const PONG_TIMEOUT_MS = 5_000;

/**
 * Subscriptions at subgraphs. There is one socket for each subgraph and scope, because the token in
 * `connection_init` holds for the whole socket.
 */
export class UpstreamSubscriptions {
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #log: Log;
  readonly #connections = new Map<string, UpstreamConnection>();

  /** `addresses` are the HTTP addresses of the subgraphs; the sockets have the same paths. */
  constructor(addresses: ReadonlyMap<string, string>, log: Log) {
    this.#addresses = addresses;
    this.#log = log;
  }

  /** Starts a stream. Returns the function that stops it. */
  subscribe(
    subgraph: string,
    scope: Scope,
    { query, operationName, variables }: UpstreamRequest,
    listener: UpstreamListener,
  ): () => void {
    const key = `${subgraph}\0${scope.key}`;
    const connection = this.#connectionFor(key, subgraph, scope);
    connection.streams++;
    let hasEnded = false;
    /** False when the stream had ended before. */
    const end = (): boolean => {
      if (hasEnded) return false;
      hasEnded = true;
      // The client closes its socket after the last stream, and a closing socket takes no new one.
      if (--connection.streams === 0) this.#connections.delete(key);
      return true;
    };
    const stop = connection.client.subscribe<Record<string, unknown>>(
      { query, variables, ...(operationName !== undefined && { operationName }) },
      {
        next: (message) => {
          if (!hasEnded) listener.onMessage(message as SubgraphMessage);
        },
        complete: () => end() && listener.onEnd(),
        error: (error) => {
          if (!end()) return;
          if (Array.isArray(error)) return listener.onEnd(error as GraphQLFormattedError[]);
          const { code, message: reason } = error as Error & { code?: number };
          this.#log.warn({ subgraph, code, reason }, 'subgraph stream lost, reconnecting');
          listener.onConnectionLost(error);
        },
      },
    );
    return () => {
      if (end()) stop();
    };
  }

  async close(): Promise<void> {
    for (const { client } of this.#connections.values()) await client.dispose();
    this.#connections.clear();
  }

  #connectionFor(key: string, subgraph: string, scope: Scope): UpstreamConnection {
    let connection = this.#connections.get(key);
    if (!connection) {
      const url = this.#addresses.get(subgraph)!.replace(/^http/, 'ws');
      connection = { client: connect(url, scope), streams: 0 };
      this.#connections.set(key, connection);
    }
    return connection;
  }
}

class UpstreamSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol, { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  }
}

function connect(url: string, scope: Scope): Client {
  let pongTimer: NodeJS.Timeout | undefined;
  const client: Client = createClient({
    url,
    webSocketImpl: UpstreamSocket,
    // A retry of the library would subscribe with the old cursor; `Stream` retries instead.
    retryAttempts: 0,
    keepAlive: PING_INTERVAL_MS,
    connectionAckWaitTimeout: ACK_TIMEOUT_MS,
    connectionParams: async () => ({
      authorization: await scope.authorization(),
      ...(scope.language !== undefined && { 'accept-language': scope.language }),
    }),
    onNonLazyError: () => {},
    on: {
      ping: (received) => {
        if (!received) pongTimer = setTimeout(() => client.terminate(), PONG_TIMEOUT_MS).unref();
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
      closed: () => clearTimeout(pongTimer),
    },
  });
  return client;
}
