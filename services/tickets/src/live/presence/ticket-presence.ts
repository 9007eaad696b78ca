import { Waiters } from '@deskgraph/common/core/waiters';
import { type TicketRightsFields, rightsFieldsOf } from '../../model/rights/visible.ts';
import type { PresenceClock } from './clock.ts';
import type { Presence } from './presence.ts';

export interface TicketPresenceState {
  /** The fields that rights depend on. Undefined when the ticket does not exist. */
  ticket: TicketRightsFields | undefined;
  viewers: readonly Presence[];
}

/** The presence on one ticket, shared by its subscribers in this process. */
export class TicketPresence {
  subscriberCount = 0;
  readonly #end = new AbortController();
  readonly #changed = new Waiters();
  #state: TicketPresenceState | undefined;
  #serializedState: string | undefined;
  #cancelTimer = (): void => {};

  constructor(
    readonly workspace: string,
    readonly ticketUuid: string,
  ) {}

  /** Aborts when the last subscriber has left. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /**
   * Resolves with the state as soon as it differs from `previous`; with undefined when the signal
   * aborts. A slow subscriber gets the latest state only.
   */
  async nextState(
    previous: TicketPresenceState | undefined,
    signal: AbortSignal,
  ): Promise<TicketPresenceState | undefined> {
    while (!signal.aborted && this.#state === previous)
      await this.#changed.wait(undefined, { signal });
    return signal.aborted ? undefined : this.#state;
  }

  setState(state: TicketPresenceState): void {
    const serialized = JSON.stringify(state);
    if (serialized === this.#serializedState) return;
    this.#state = state;
    this.#serializedState = serialized;
    this.#changed.wakeAll();
  }

  /** Whether other people may see the ticket than in the current state. */
  changesRights(ticket: TicketRightsFields): boolean {
    return JSON.stringify(this.#state?.ticket) !== JSON.stringify(rightsFieldsOf(ticket));
  }

  /** Calls back once; replaces the timer that was set before. */
  setTimer(clock: PresenceClock, ms: number, onTime: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = clock.after(ms, onTime);
  }

  cancelTimer(): void {
    this.#cancelTimer();
  }

  end(): void {
    this.#cancelTimer();
    this.#end.abort();
  }
}
