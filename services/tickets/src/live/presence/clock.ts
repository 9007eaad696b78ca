import { sql } from '@deskgraph/common/database/database';

/** The time by which presence ends. */
export interface Clock {
  /** As SQL: the time of the database, which is the same for all processes. */
  now(): ReturnType<typeof sql<Date>>;
  /** Does something once, in so many milliseconds; the result calls it off. */
  after(ms: number, work: () => void): () => void;
}

const REAL: Clock = {
  now: () => sql<Date>`now()`,
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

const clocks = new WeakMap<object, Clock>();
/** Lets the process of this database go by another clock. */
export const setClock = (orm: object, clock: Clock): void => void clocks.set(orm, clock);
export const clockOf = (orm: object): Clock => clocks.get(orm) ?? REAL;
