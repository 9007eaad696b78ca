import type { GraphQLFormattedError } from 'graphql';
import { graphqlError } from '@deskgraph/common/core/errors';
import type { LiveEngine } from '../engine.ts';
import type { ParsedSubscription } from '../operation/parse.ts';
import type { ResyncReason } from '../operation/resync.ts';
import type { SubscriptionHandle } from '../streams/hub.ts';
import type { RenderedEvent } from '../streams/ring.ts';
import type { StreamListener } from '../streams/stream.ts';
import type { ClientSession } from './session.ts';

/** Writes the messages of one subscription to its client, in the format of the transport. */
export interface MessageWriter {
  /** False while the client has too much unread. The writer then calls `Subscription.resume`. */
  canWrite(): boolean;
  write(event: RenderedEvent): void;
  /** There are no events up to this cursor, from which the client may resume. */
  writeCursor?(cursor: string): void;
  /** The subscription has ended; with errors when it failed. */
  end(errors?: readonly GraphQLFormattedError[]): void;
}

export interface ClientSubscriptionOptions {
  engine: LiveEngine;
  operation: ParsedSubscription;
  session: ClientSession;
  language: string | undefined;
  writer: MessageWriter;
}

const RESYNC_ERRORS = {
  TOO_SLOW: graphqlError(
    'THROTTLED',
    'Events arrived faster than they were read; continue from the cursor.',
  ),
  RIGHTS_CHANGED: graphqlError(
    'FORBIDDEN',
    'Your rights have changed; read the data again and continue from the cursor.',
  ),
};

/** One subscription of one client, independent of the transport. */
export class ClientSubscription implements StreamListener {
  readonly #options: ClientSubscriptionOptions;
  #handle: SubscriptionHandle | undefined;
  #hasEnded = false;

  constructor(options: ClientSubscriptionOptions) {
    this.#options = options;
  }

  /** The cursor of the last message that the client got, or the start cursor. */
  get cursor(): string | undefined {
    return this.#handle?.cursor;
  }

  /** Starts after the given cursor, or else after the one in the request. */
  start(after?: string): void {
    const { engine, operation: subscription, session, language } = this.#options;
    const handle = engine.subscribe({ subscription, session, language, listener: this, after });
    // The stream may have ended during the call.
    if (this.#hasEnded) handle.unsubscribe();
    else this.#handle = handle;
  }

  /** Continues from the last cursor with the rights of the caller's newer token. */
  restart(): void {
    const after = this.cursor;
    this.#handle?.unsubscribe();
    this.start(after);
  }

  /**
   * Applies changed rights of the caller. A stream of snapshots starts again with a new snapshot.
   * A resumable stream ends with a resync, because the client has to know that it follows another
   * selection of events now.
   */
  rightsChanged(): void {
    if (this.#options.operation.compiled.resumeVariable)
      return this.#endWithResync('RIGHTS_CHANGED');
    this.#handle?.unsubscribe();
    this.start();
  }

  /** Continues delivery after the connection has drained. */
  resume(): void {
    this.#handle?.resume();
  }

  stop(): void {
    this.#hasEnded = true;
    this.#handle?.unsubscribe();
  }

  deliver(event: RenderedEvent): boolean {
    const { writer } = this.#options;
    if (!writer.canWrite()) return false;
    writer.write(event);
    return true;
  }

  cursorAdvanced(cursor: string): void {
    this.#options.writer.writeCursor?.(cursor);
  }

  ended(errors?: readonly GraphQLFormattedError[]): void {
    this.stop();
    this.#options.writer.end(errors);
  }

  tooSlow(): void {
    this.#endWithResync('TOO_SLOW');
  }

  /** Ends with a resync message, or with an error where the stream has no such message. */
  #endWithResync(reason: ResyncReason): void {
    const { engine, operation, writer } = this.#options;
    const { cursor, resyncQuery } = this.#handle ?? {};
    const resync = engine.resyncMessage(operation, { reason, cursor, resyncQuery });
    if (resync) {
      writer.write(resync);
      return this.ended([]);
    }
    const { message, extensions } = RESYNC_ERRORS[reason];
    this.ended([
      { message, extensions: { ...extensions, reason, ...(cursor !== undefined && { cursor }) } },
    ]);
  }
}
