import type { Desk } from '../fixtures/desk.ts';
import type { Kind, Things } from '../fixtures/fixtures.ts';
import type { Caller } from './callers.ts';

/** For whom a thing exists: one of (or around) the calling customer himself, and one of somebody else in the same workspace. */
export interface Existence {
  own: readonly Caller[];
  others: readonly Caller[];
}

/** A way to ask a query for a thing; `kind` says for whom the answer holds it. */
export interface Way {
  kind: Kind;
  args: (things: Things) => object;
  /** A number is somebody else's in every workspace. */
  foreign?: false;
  /** Other things than this kind may be found. */
  alone?: false;
}

export interface QueryRight {
  may: readonly Caller[];
  /** What it can't be asked without, where no way says it. */
  plain?: (things: Things) => object;
  ways: Record<string, Way>;
}

/** A field below the root with a right of its own: how a customer gets to it, and what refuses it to him. */
export interface FieldRight {
  from: Kind;
  type: string;
  select: string;
  /** The least of the staff who may; default light. */
  least?: Caller;
  /** What it stands within. */
  within?: string[];
}

export interface MutationRight {
  may: readonly Caller[];
  /** An input that succeeds, with every id that it can name; `n` is new each time. */
  input: (things: Things, caller: Caller, n: number, desk: Desk) => object | Promise<object>;
  /** Paths of ids that are not looked up, each with the reason. */
  unchecked?: Record<string, string>;
}

/** Who may do what with a noun of the graph. */
export interface Rights {
  exists?: Partial<Record<Kind, Existence>>;
  queries?: Record<string, QueryRight>;
  fields?: Record<string, FieldRight>;
  mutations?: Record<string, MutationRight>;
}

export const eq = (id: string): object => ({ eq: id });
/** What stands today still stands then. */
export const SOON = '2100-01-01T00:00:00.000Z';
