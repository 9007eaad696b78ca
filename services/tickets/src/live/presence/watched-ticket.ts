import { type TicketRightsFields, rightsFieldsOf } from '../../model/rights/visible.ts';
import type { Clock } from './clock.ts';
import type { Presence } from './presence.ts';

export interface WatchedState {
  /** What rights depend on; without it there is no such ticket. */
  ticket: TicketRightsFields | undefined;
  viewers: readonly Presence[];
}

/** Who is on one ticket now, for everybody in this process who follows it. */
export class WatchedTicket {
  listeners = 0;
  /** Stops once the last listener has left. */
  readonly life = new AbortController();
  #state: WatchedState | undefined;
  #text: string | undefined;
  readonly #waiting = new Set<() => void>();
  callOff = (): void => {};

  constructor(
    readonly workspace: string,
    /** UUID. */
    readonly ticket: string,
  ) {}

  /** The state as soon as it is another than this one; undefined once the signal stops. Who is slow gets the newest and none in between. */
  async after(
    state: WatchedState | undefined,
    signal: AbortSignal,
  ): Promise<WatchedState | undefined> {
    while (!signal.aborted && this.#state === state) await this.#change(signal);
    return signal.aborted ? undefined : this.#state;
  }

  set(state: WatchedState): void {
    const text = JSON.stringify(state);
    if (text === this.#text) return;
    this.#state = state;
    this.#text = text;
    for (const wake of this.#waiting) wake();
  }

  /** Could others see the ticket, as it is now, than could before? */
  isMoved(ticket: TicketRightsFields): boolean {
    return JSON.stringify(this.#state?.ticket) !== JSON.stringify(rightsFieldsOf(ticket));
  }

  close(): void {
    this.callOff();
    this.life.abort();
  }

  /** Does something later, unless it is told otherwise before. */
  later(clock: Clock, ms: number, work: () => void): void {
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
