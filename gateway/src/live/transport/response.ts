import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { Framing } from './framing.ts';
import type { Entry } from '../streams/ring.ts';
import type { Session } from './session.ts';
import type { Outlet, Subscription } from './subscription.ts';

/** How long a client may take to read the rest: when we stop, and else. */
const AWAY_MS = 1_000;
const END_MS = 5_000;

/** One response that stays open for the results of one operation. */
export class LiveResponse implements Outlet {
  readonly framing: Framing;
  session: Session | undefined;
  subscription: Subscription | undefined;
  /** When it stopped reading; undefined while it reads. */
  slowSince: number | undefined;
  /** Resolves when the connection has no more to do with it. */
  readonly closed: Promise<void>;
  readonly #response: ServerResponse;
  readonly #unsent: number;

  constructor(response: ServerResponse, framing: Framing, unsent: number) {
    this.framing = framing;
    this.#response = response;
    this.#unsent = unsent;
    this.closed = new Promise((resolve) => response.once('close', resolve));
    response.on('drain', () => {
      this.slowSince = undefined;
      this.subscription?.pump();
    });
    response.writeHead(200, { 'content-type': framing.contentType, 'x-accel-buffering': 'no' });
    response.write(framing.begin);
  }

  get isGone(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  hasRoom(): boolean {
    if (this.#response.writableLength <= this.#unsent) return true;
    this.slowSince ??= performance.now();
    return false;
  }

  send(entry: Entry): void {
    this.#response.write(this.framing.next(entry));
  }

  passed(cursor: string): void {
    const text = this.framing.passed?.(cursor);
    if (text !== undefined && this.slowSince === undefined) this.#response.write(text);
  }

  /** Who reads nothing is not sent more. */
  beat(): void {
    if (this.slowSince === undefined && !this.isGone) this.#response.write(this.framing.beat);
  }

  end(errors?: readonly GraphQLFormattedError[]): void {
    this.#close(this.framing.end(errors), END_MS);
  }

  away(errors: readonly GraphQLFormattedError[], retryMs: number): void {
    this.#close(this.framing.away(errors, retryMs), AWAY_MS);
  }

  cut(): void {
    this.#response.destroy();
  }

  #close(last: string, ms: number): void {
    if (this.isGone) return;
    this.subscription?.leave();
    this.#response.end(last);
    const late = setTimeout(() => this.cut(), ms).unref();
    void this.closed.then(() => clearTimeout(late));
  }
}
