import type { GraphQLError } from 'graphql';
import type { Caller } from '../auth/identity.ts';

/** Why a call was given up. */
export class Late extends Error {
  override name = 'Late';
}
export class Gone extends Error {
  override name = 'Gone';
}

/** The time that a call has for all its fetches together. */
export class Patience {
  /** Set before the first fetch of a mutation: what has begun to be written is not abandoned as early. */
  writes = false;
  /** A rehearsal does what a mutation does, and takes as long. */
  rehearses = false;
  readonly #readMs: number;
  readonly #writeMs: number;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(readMs: number, writeMs: number) {
    this.#readMs = readMs;
    this.#writeMs = writeMs;
  }

  /** Counts from the first fetch on: signing in and planning are not the subgraphs' doing. */
  signal(): AbortSignal {
    const ms = this.writes || this.rehearses ? this.#writeMs : this.#readMs;
    this.#timer ??= setTimeout(() => this.#abort.abort(new Late('The call took too long.')), ms);
    return this.#abort.signal;
  }

  /** The answer is out, or nobody waits for it any more. */
  end(answered: boolean): void {
    clearTimeout(this.#timer);
    if (!answered && !this.writes) this.#abort.abort(new Gone('The client has gone.'));
  }
}

/** One request of a client on its way through the gateway: the context of Apollo Server. */
export interface Call {
  requestId: string;
  caller: Caller | undefined;
  /** Why nobody stands behind the call although a token was shown. */
  refusal: GraphQLError | undefined;
  /** Headers of every request to a subgraph, made once. */
  headers: string[];
  patience: Patience;
  /** Objects that the query asks for at most; set when it was counted. */
  cost: number | undefined;
  /** Does the client read `application/graphql-response+json`, and so HTTP status codes? */
  readsStatus: boolean;
}
