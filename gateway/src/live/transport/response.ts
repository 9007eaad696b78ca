import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { RenderedEvent } from '../streams/ring.ts';
import type { Framing } from './framing.ts';
import type { ClientSession } from './session.ts';
import type { ClientSubscription, MessageWriter } from './subscription.ts';

/** Time for a client to read the rest of the body before it is disconnected. */
const END_TIMEOUT_MS = 5_000;
const SHUTDOWN_TIMEOUT_MS = 1_000;

/** One response that stays open for the results of one operation. */
export class StreamingResponse implements MessageWriter {
  readonly framing: Framing;
  session: ClientSession | undefined;
  subscription: ClientSubscription | undefined;
  /** When the client stopped reading, by `performance.now()`. Undefined while it reads. */
  slowSince: number | undefined;
  /** Resolves when the response is sent or its connection is lost. */
  readonly closed: Promise<void>;
  readonly #response: ServerResponse;
  readonly #maxUnsentBytes: number;

  constructor(response: ServerResponse, framing: Framing, maxUnsentBytes: number) {
    this.framing = framing;
    this.#response = response;
    this.#maxUnsentBytes = maxUnsentBytes;
    this.closed = new Promise((resolve) => response.once('close', resolve));
    response.on('drain', () => {
      this.slowSince = undefined;
      this.subscription?.resume();
    });
    response.writeHead(200, { 'content-type': framing.contentType, 'x-accel-buffering': 'no' });
    response.write(framing.preamble);
  }

  get hasEnded(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  canWrite(): boolean {
    if (this.#response.writableLength <= this.#maxUnsentBytes) return true;
    this.slowSince ??= performance.now();
    return false;
  }

  write(event: RenderedEvent): void {
    this.#response.write(this.framing.frame(event));
  }

  writeCursor(cursor: string): void {
    const text = this.framing.cursorFrame?.(cursor);
    if (text !== undefined && this.slowSince === undefined) this.#response.write(text);
  }

  /** Keeps proxies from closing the connection. A client that does not read gets none. */
  heartbeat(): void {
    if (this.slowSince === undefined && !this.hasEnded)
      this.#response.write(this.framing.heartbeat);
  }

  end(errors?: readonly GraphQLFormattedError[]): void {
    this.#end(this.framing.end(errors), END_TIMEOUT_MS);
  }

  /** Ends the response of a stopping process: the client is to reconnect after `retryMs`. */
  endForReconnect(errors: readonly GraphQLFormattedError[], retryMs: number): void {
    this.#end(this.framing.endForReconnect(errors, retryMs), SHUTDOWN_TIMEOUT_MS);
  }

  destroy(): void {
    this.#response.destroy();
  }

  #end(lastFrame: string, timeoutMs: number): void {
    if (this.hasEnded) return;
    this.subscription?.stop();
    this.#response.end(lastFrame);
    const timer = setTimeout(() => this.destroy(), timeoutMs).unref();
    void this.closed.then(() => clearTimeout(timer));
  }
}
