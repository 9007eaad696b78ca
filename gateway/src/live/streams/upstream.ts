import { type Client, createClient } from 'graphql-ws';
import { type GraphQLFormattedError } from 'graphql';
import WebSocket from 'ws';
import type { Log } from '@deskgraph/common/core/log';
import type { Variables } from '../../subgraphs/federation.ts';
import type { Scope } from './scope.ts';

/** One message of a subgraph's stream. */
export interface Pushed {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  extensions?: { cursor?: string; resyncQuery?: string };
}

export interface Listener {
  next(pushed: Pushed): void;
  /** The subgraph ended the stream, with errors or because nothing more comes. */
  ended(errors?: GraphQLFormattedError[]): void;
  /** The connection is lost; nothing is known of what would have come. */
  lost(error: unknown): void;
}

export interface LiveRequest {
  query: string;
  operationName?: string | undefined;
  variables: Variables;
}

export interface LiveUpstreams {
  /** Begins a stream; the result ends it. */
  subscribe(subgraph: string, scope: Scope, request: LiveRequest, listener: Listener): () => void;
  close(): Promise<void>;
}

const MAX_BYTES = 16 * 1024 * 1024;
const ACK_MS = 5_000;
const PING_MS = 10_000;
const PONG_MS = 5_000;

class InwardSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol, { perMessageDeflate: false, maxPayload: MAX_BYTES });
  }
}

function connect(url: string, scope: Scope): Client {
  let silence: NodeJS.Timeout | undefined;
  const client: Client = createClient({
    url,
    webSocketImpl: InwardSocket,
    // The library would subscribe again with the old cursor.
    retryAttempts: 0,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: ACK_MS,
    connectionParams: async () => ({
      authorization: await scope.authorization(),
      ...(scope.language !== undefined && { 'accept-language': scope.language }),
    }),
    onNonLazyError: () => {},
    on: {
      ping: (received) => {
        if (!received) silence = setTimeout(() => client.terminate(), PONG_MS).unref();
      },
      pong: (received) => {
        if (received) clearTimeout(silence);
      },
      closed: () => clearTimeout(silence),
    },
  });
  return client;
}

/**
 * Streams of subgraphs: one socket for each subgraph and scope, for its token opens the socket. `addresses` are those of the graph over HTTP;
 * the streams are at the same path.
 */
export function openUpstreams(addresses: ReadonlyMap<string, string>, log: Log): LiveUpstreams {
  const clients = new Map<string, { client: Client; streams: number }>();
  const clientFor = (subgraph: string, scope: Scope) => {
    const key = `${subgraph}\0${scope.key}`;
    const known = clients.get(key);
    if (known) return { key, held: known };
    const held = {
      client: connect(addresses.get(subgraph)!.replace(/^http/, 'ws'), scope),
      streams: 0,
    };
    clients.set(key, held);
    return { key, held };
  };
  return {
    subscribe(subgraph, scope, { query, operationName, variables }, listener) {
      const { key, held } = clientFor(subgraph, scope);
      held.streams++;
      let isOver = false;
      const over = (): boolean => {
        if (isOver) return false;
        isOver = true;
        // Its socket closes with its last stream, and what closes takes no more.
        if (--held.streams === 0) clients.delete(key);
        return true;
      };
      const stop = held.client.subscribe<Record<string, unknown>>(
        { query, variables, ...(operationName !== undefined && { operationName }) },
        {
          next: (pushed) => {
            if (!isOver) listener.next(pushed as Pushed);
          },
          complete: () => over() && listener.ended(),
          error: (error) => {
            if (!over()) return;
            if (Array.isArray(error)) return listener.ended(error as GraphQLFormattedError[]);
            log.warn(
              {
                subgraph,
                code: (error as { code?: number }).code,
                reason: (error as Error).message,
              },
              'a stream was cut',
            );
            listener.lost(error);
          },
        },
      );
      return () => {
        if (over()) stop();
      };
    },
    async close() {
      for (const { client } of clients.values()) await client.dispose();
      clients.clear();
    },
  };
}
