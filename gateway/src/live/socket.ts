import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLFormattedError } from 'graphql';
import type { WebSocket } from 'ws';
import type { Compiled } from './compile.ts';
import type { Seat } from './hub.ts';
import type { Asked, Live, Result } from './live.ts';
import type { Session } from './session.ts';
import type { Entry } from './ring.ts';

/** A stream that was ended from our side, with what the client is told. */
export class Ended extends Error {
  override name = 'Ended';
  readonly errors: readonly GraphQLFormattedError[];
  constructor(errors: readonly GraphQLFormattedError[]) {
    super('The stream was ended.');
    this.errors = errors;
  }
}

interface Running {
  asked: Asked & { compiled: Compiled };
  seat: Seat | undefined;
  write(entry: Entry): boolean;
  end(errors?: readonly GraphQLFormattedError[]): void;
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
  readonly #running = new Set<Running>();
  readonly #paused = new Set<Running>();

  constructor(ws: WebSocket, stream: Duplex, request: IncomingMessage, live: Live, unsent: number) {
    this.ws = ws;
    this.request = request;
    this.#live = live;
    this.#unsent = unsent;
    ws.on('pong', () => (this.isAlive = true));
    stream.on('drain', () => this.#drained());
  }

  get language(): string | undefined {
    const language = this.request.headers['accept-language'];
    return language !== undefined && language.length <= 256 ? language : undefined;
  }

  /** Begins an operation. The iterator never yields: it tells the library when the operation is over. */
  run(id: string, asked: Asked & { compiled: Compiled }): AsyncIterableIterator<Result> {
    const { promise: over, resolve, reject } = Promise.withResolvers<IteratorResult<Result>>();
    const done: IteratorResult<Result> = { value: undefined, done: true };
    const prefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    const running: Running = {
      asked,
      seat: undefined,
      write: ({ json }) => {
        if (this.ws.bufferedAmount > this.#unsent) {
          this.#paused.add(running);
          this.slowSince ??= performance.now();
          return false;
        }
        this.ws.send(`${prefix}${json}}`);
        return true;
      },
      end: (errors) => {
        leave();
        if (errors?.length) reject(new Ended(errors));
        else resolve(done);
      },
    };
    const leave = (): void => {
      this.#running.delete(running);
      this.#paused.delete(running);
      running.seat?.leave();
    };
    over.catch(() => {});
    this.#running.add(running);
    this.#join(running);
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => over,
      return: async () => {
        leave();
        resolve(done);
        return done;
      },
    };
  }

  /** The caller's rights have changed: every operation goes on under the new ones, from where it stands. */
  rejoin(): void {
    for (const running of this.#running) {
      const after = running.seat?.cursor;
      running.seat?.leave();
      this.#paused.delete(running);
      this.#join(running, after);
    }
  }

  #join(running: Running, after?: string): void {
    const seat = this.#live.join(running.asked, this.session!, this.language, running, after);
    // It may have ended while it joined.
    if (this.#running.has(running)) running.seat = seat;
    else seat.leave();
  }

  #drained(): void {
    this.slowSince = undefined;
    const paused = [...this.#paused];
    this.#paused.clear();
    for (const { seat } of paused) seat?.pump();
  }
}
