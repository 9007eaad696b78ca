import { sql } from '@deskgraph/common/database/database';

/** The clock by which presence ends. */
export interface PresenceClock {
  /** The current time as SQL: that of the database, which is the same for all processes. */
  now(): ReturnType<typeof sql<Date>>;
  /** Calls back once after a number of milliseconds. Returns a function that cancels it. */
  after(ms: number, onTime: () => void): () => void;
}

const SYSTEM_CLOCK: PresenceClock = {
  now: () => sql<Date>`now()`,
  after: (ms, onTime) => {
    const timer = setTimeout(onTime, ms);
    return () => clearTimeout(timer);
  },
};

const clocks = new WeakMap<object, PresenceClock>();

/** Replaces the clock of a service, for tests. */
export const setPresenceClock = (orm: object, clock: PresenceClock): void =>
  void clocks.set(orm, clock);

export const presenceClockOf = (orm: object): PresenceClock => clocks.get(orm) ?? SYSTEM_CLOCK;
