import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLFormattedError } from 'graphql';
import type { WebSocket } from 'ws';
import { languageOf } from '../../http/headers.ts';
import type { Compiled } from '../operation/compile.ts';
import type { Asked, Live, Result } from '../engine.ts';
import type { Session } from './session.ts';
import { Subscription } from './subscription.ts';

/** A stream that was ended from our side, with what the client is told. */
export class Ended extends Error {
  override name = 'Ended';
  readonly errors: readonly GraphQLFormattedError[];
  constructor(errors: readonly GraphQLFormattedError[]) {
    super('The stream was ended.');
    this.errors = errors;
  }
}

/**
 * One client's socket. Events are written to it directly, from the text that all clients share; the protocol's library only learns when an
 * operation begins and ends.
 */
export class LiveSocket {
  readonly request: IncomingMessage;
  readonly ws: WebSocket;
  session: Session | undefined;
  /** False from a ping on until the pong. */
  isAlive = true;
  /** When it stopped reading; undefined while it reads. */
  slowSince: number | undefined;
  readonly #live: Live;
  readonly #unsent: number;
  readonly #running = new Set<Subscription>();
  readonly #paused = new Set<Subscription>();

  constructor(ws: WebSocket, stream: Duplex, request: IncomingMessage, live: Live, unsent: number) {
    this.ws = ws;
    this.request = request;
    this.#live = live;
    this.#unsent = unsent;
    ws.on('pong', () => (this.isAlive = true));
    stream.on('drain', () => this.#drained());
  }

  /** Begins an operation. The iterator never yields: it tells the library when the operation is over. */
  run(id: string, asked: Asked & { compiled: Compiled }): AsyncIterableIterator<Result> {
    const { promise: over, resolve, reject } = Promise.withResolvers<IteratorResult<Result>>();
    const done: IteratorResult<Result> = { value: undefined, done: true };
    const prefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    const caller = { session: this.session!, language: languageOf(this.request) };
    const subscription = new Subscription(this.#live, asked, caller, {
      hasRoom: () => {
        if (this.ws.bufferedAmount <= this.#unsent) return true;
        this.#paused.add(subscription);
        this.slowSince ??= performance.now();
        return false;
      },
      send: ({ json }) => this.ws.send(`${prefix}${json}}`),
      end: (errors) => {
        forget();
        if (errors?.length) reject(new Ended(errors));
        else resolve(done);
      },
    });
    const forget = (): void => {
      this.#running.delete(subscription);
      this.#paused.delete(subscription);
    };
    over.catch(() => {});
    this.#running.add(subscription);
    subscription.begin();
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => over,
      return: async () => {
        forget();
        subscription.leave();
        resolve(done);
        return done;
      },
    };
  }

  rejoin(): void {
    this.#paused.clear();
    for (const subscription of this.#running) subscription.rejoin();
  }

  rightsChanged(): void {
    this.#paused.clear();
    for (const subscription of this.#running) subscription.rightsChanged();
  }

  #drained(): void {
    this.slowSince = undefined;
    const paused = [...this.#paused];
    this.#paused.clear();
    for (const subscription of paused) subscription.pump();
  }
}
