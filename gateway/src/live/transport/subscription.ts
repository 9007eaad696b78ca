import type { GraphQLFormattedError } from 'graphql';
import { fault } from '@deskgraph/common/core/errors';
import type { Compiled } from '../operation/compile.ts';
import type { Seat } from '../streams/hub.ts';
import type { Asked, Live } from '../engine.ts';
import type { Entry } from '../streams/ring.ts';
import type { Session } from './session.ts';
import type { Reason } from '../operation/resync.ts';
import type { Sink } from '../streams/stream.ts';

export interface Caller {
  session: Session;
  language: string | undefined;
}

/** What carries the messages of one subscription to its client. */
export interface Outlet {
  /** False while the client has to read first; then the subscription is to be pumped. */
  hasRoom(): boolean;
  send(entry: Entry): void;
  /** Nothing came up to this cursor, from which the client may go on. */
  passed?(cursor: string): void;
  /** Nothing more comes, for these reasons if any. */
  end(errors?: readonly GraphQLFormattedError[]): void;
}

const ENDED = {
  TOO_SLOW: fault('THROTTLED', 'Events came faster than they were read; go on from the cursor.'),
  RIGHTS_CHANGED: fault(
    'FORBIDDEN',
    'Your rights have changed; read anew and go on from the cursor.',
  ),
};

/** One subscription of one client, by whatever transport. */
export class Subscription implements Sink {
  readonly #live: Live;
  readonly #asked: Asked & { compiled: Compiled };
  readonly #caller: Caller;
  readonly #outlet: Outlet;
  #seat: Seat | undefined;
  #isOver = false;

  constructor(live: Live, asked: Asked & { compiled: Compiled }, caller: Caller, outlet: Outlet) {
    this.#live = live;
    this.#asked = asked;
    this.#caller = caller;
    this.#outlet = outlet;
  }

  /** Of the last message that the client got, or where it began. */
  get cursor(): string | undefined {
    return this.#seat?.cursor;
  }

  /** Begins after the given cursor if any, else where the client asked for. */
  begin(after?: string): void {
    const { session, language } = this.#caller;
    const seat = this.#live.join(this.#asked, session, language, this, after);
    // It may have ended while it joined.
    if (this.#isOver) seat.leave();
    else this.#seat = seat;
  }

  /** The caller shows another token: goes on under it from where it stands. */
  rejoin(): void {
    const after = this.cursor;
    this.#seat?.leave();
    this.begin(after);
  }

  /** What the caller may see was changed meanwhile: a state is told anew, and whoever follows a log has to know that it is another one now. */
  rightsChanged(): void {
    if (this.#asked.compiled.resumeVariable) return this.#resync('RIGHTS_CHANGED');
    this.#seat?.leave();
    this.begin();
  }

  pump(): void {
    this.#seat?.pump();
  }

  leave(): void {
    this.#isOver = true;
    this.#seat?.leave();
  }

  write(entry: Entry): boolean {
    if (!this.#outlet.hasRoom()) return false;
    this.#outlet.send(entry);
    return true;
  }

  passed(cursor: string): void {
    this.#outlet.passed?.(cursor);
  }

  end(errors?: readonly GraphQLFormattedError[]): void {
    this.leave();
    this.#outlet.end(errors);
  }

  tooSlow(): void {
    this.#resync('TOO_SLOW');
  }

  /** Ends with a message that says why and from where to go on; with an error where the stream has no such message. */
  #resync(reason: Reason): void {
    const { cursor, anew } = this.#seat ?? {};
    const last = this.#live.resync(this.#asked, { reason, cursor, anew });
    const { message, extensions } = ENDED[reason];
    if (last) this.#outlet.send(last);
    this.end(
      last
        ? []
        : [
            {
              message,
              extensions: { ...extensions, reason, ...(cursor !== undefined && { cursor }) },
            },
          ],
    );
  }
}
