import { type TicketRightsFields, rightsFieldsOf } from '../../model/rights/visible.ts';
import type { PresenceClock } from './clock.ts';
import type { Presence } from './presence.ts';

export interface TicketPresenceState {
  /** The fields that rights depend on. Undefined when the ticket does not exist. */
  ticket: TicketRightsFields | undefined;
  viewers: readonly Presence[];
}

/** The presence on one ticket, shared by its listeners in this process. */
export class TicketPresence {
  listeners = 0;
  /** Stops after the last listener has left. */
  readonly life = new AbortController();
  #state: TicketPresenceState | undefined;
  #text: string | undefined;
  readonly #waiting = new Set<() => void>();
  callOff = (): void => {};

  constructor(
    readonly workspace: string,
    /** UUID. */
    readonly ticket: string,
  ) {}

  /** Resolves with the state once it differs from a given one; undefined when the signal aborts. A slow listener gets the latest state only. */
  async after(
    state: TicketPresenceState | undefined,
    signal: AbortSignal,
  ): Promise<TicketPresenceState | undefined> {
    while (!signal.aborted && this.#state === state) await this.#change(signal);
    return signal.aborted ? undefined : this.#state;
  }

  set(state: TicketPresenceState): void {
    const text = JSON.stringify(state);
    if (text === this.#text) return;
    this.#state = state;
    this.#text = text;
    for (const wake of this.#waiting) wake();
  }

  /** Whether the set of people who may see the ticket has changed. */
  isMoved(ticket: TicketRightsFields): boolean {
    return JSON.stringify(this.#state?.ticket) !== JSON.stringify(rightsFieldsOf(ticket));
  }

  close(): void {
    this.callOff();
    this.life.abort();
  }

  /** Calls back later, unless it is cancelled. */
  later(clock: PresenceClock, ms: number, work: () => void): void {
    this.callOff();
    this.callOff = clock.after(ms, work);
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
