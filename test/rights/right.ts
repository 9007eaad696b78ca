import type { Desk } from '../fixtures/desk.ts';
import type { FixtureKind, Fixtures } from '../fixtures/fixtures.ts';
import type { Caller } from './callers.ts';

/**
 * The callers who can see an entity: one that belongs to the calling customer, and one of another
 * customer in the same workspace.
 */
export interface Visibility {
  own: readonly Caller[];
  others: readonly Caller[];
}

/** Arguments that make a query find an entity of a kind. */
export interface Lookup {
  kind: FixtureKind;
  args: (fixtures: Fixtures) => object;
  /** False skips the foreign workspace: its ticket numbers exist in the caller's workspace too. */
  foreign?: false;
  /** False when entities of other kinds may be found too. */
  onlyKind?: false;
}

export interface QueryRight {
  allowed: readonly Caller[];
  /** Required arguments, for a query without look-ups. */
  defaultArgs?: (fixtures: Fixtures) => object;
  lookups: Record<string, Lookup>;
}

/**
 * A nested field with a permission of its own, and the entity through which a customer reaches it.
 */
export interface FieldRight {
  from: FixtureKind;
  type: string;
  select: string;
  /** The lowest staff role that may read it. Default light. */
  leastRole?: Caller;
  /** The path from the entity to the parent of the field. */
  parentPath?: string[];
}

export interface MutationRight {
  allowed: readonly Caller[];
  /** Returns an input that succeeds and sets every id. `n` is different on every call. */
  input: (fixtures: Fixtures, caller: Caller, n: number, desk: Desk) => object | Promise<object>;
  /** Paths of ids that the service does not look up, each with the reason. */
  unchecked?: Record<string, string>;
}

/** The permissions around one noun of the graph. */
export interface Rights {
  visibility?: Partial<Record<FixtureKind, Visibility>>;
  queries?: Record<string, QueryRight>;
  fields?: Record<string, FieldRight>;
  mutations?: Record<string, MutationRight>;
}

export const eq = (id: string): object => ({ eq: id });
/** An instant after all changes of the tests. */
export const FAR_FUTURE = '2100-01-01T00:00:00.000Z';
