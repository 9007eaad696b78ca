import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLFormattedError } from 'graphql';
import type { WebSocket } from 'ws';
import { acceptedLanguage } from '../../http/headers.ts';
import type { LiveEngine, OperationResult } from '../engine.ts';
import type { ParsedSubscription } from '../operation/parse.ts';
import type { ClientSession } from './session.ts';
import { ClientSubscription } from './subscription.ts';

/** Time for a client to answer a close frame before its socket is terminated. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Carries the errors of a subscription that the server ended to the protocol library. */
export class SubscriptionEndedError extends Error {
  override name = 'SubscriptionEndedError';
  readonly errors: readonly GraphQLFormattedError[];
  constructor(errors: readonly GraphQLFormattedError[]) {
    super('The subscription has ended.');
    this.errors = errors;
  }
}

export interface ClientSocketOptions {
  ws: WebSocket;
  /** The TCP or TLS stream of the socket. */
  stream: Duplex;
  /** The upgrade request. */
  request: IncomingMessage;
  engine: LiveEngine;
  maxUnsentBytes: number;
}

/**
 * One client's socket. Events are written to it directly, from the text that all clients share. The
 * protocol library only learns when an operation starts and ends.
 */
export class ClientSocket {
  readonly request: IncomingMessage;
  readonly ws: WebSocket;
  session: ClientSession | undefined;
  /** False from a ping until its pong. */
  isAlive = true;
  /** When the client stopped reading, by `performance.now()`. Undefined while it reads. */
  slowSince: number | undefined;
  readonly #engine: LiveEngine;
  readonly #maxUnsentBytes: number;
  readonly #subscriptions = new Set<ClientSubscription>();
  /** Subscriptions with events that wait for the client to read. */
  readonly #paused = new Set<ClientSubscription>();

  constructor({ ws, stream, request, engine, maxUnsentBytes }: ClientSocketOptions) {
    this.ws = ws;
    this.request = request;
    this.#engine = engine;
    this.#maxUnsentBytes = maxUnsentBytes;
    ws.on('pong', () => (this.isAlive = true));
    stream.on('drain', () => this.#resumePaused());
  }

  /**
   * Starts a subscription. The iterator yields nothing; it tells the protocol library when the
   * subscription has ended.
   */
  subscribe(id: string, operation: ParsedSubscription): AsyncIterableIterator<OperationResult> {
    const {
      promise: end,
      resolve,
      reject,
    } = Promise.withResolvers<IteratorResult<OperationResult>>();
    const done: IteratorResult<OperationResult> = { value: undefined, done: true };
    const messagePrefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    const remove = (): void => {
      this.#subscriptions.delete(subscription);
      this.#paused.delete(subscription);
    };
    const subscription = new ClientSubscription({
      engine: this.#engine,
      operation,
      session: this.session!,
      language: acceptedLanguage(this.request),
      writer: {
        canWrite: () => {
          if (this.ws.bufferedAmount <= this.#maxUnsentBytes) return true;
          this.#paused.add(subscription);
          this.slowSince ??= performance.now();
          return false;
        },
        write: ({ json }) => this.ws.send(`${messagePrefix}${json}}`),
        end: (errors) => {
          remove();
          if (errors?.length) reject(new SubscriptionEndedError(errors));
          else resolve(done);
        },
      },
    });
    // The library may read the rejection only later.
    end.catch(() => {});
    this.#subscriptions.add(subscription);
    subscription.start();
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => end,
      return: async () => {
        remove();
        subscription.stop();
        resolve(done);
        return done;
      },
    };
  }

  /** Continues all subscriptions with the rights of the caller's newer token. */
  restartSubscriptions(): void {
    this.#paused.clear();
    for (const subscription of this.#subscriptions) subscription.restart();
  }

  rightsChanged(): void {
    this.#paused.clear();
    for (const subscription of this.#subscriptions) subscription.rightsChanged();
  }

  /** Closes the socket and resolves when it is closed. */
  close(code: number, reason: string): Promise<void> {
    const { ws } = this;
    return new Promise((resolve) => {
      const timer = setTimeout(() => ws.terminate(), CLOSE_TIMEOUT_MS);
      ws.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      ws.close(code, reason);
    });
  }

  #resumePaused(): void {
    this.slowSince = undefined;
    const paused = [...this.#paused];
    this.#paused.clear();
    for (const subscription of paused) subscription.resume();
  }
}
