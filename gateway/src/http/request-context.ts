import type { GraphQLError } from 'graphql';
import type { Caller } from '../auth/identity.ts';

/** The abort reason when the deadline of a request has passed. */
export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded';
}

/** The abort reason when the client has closed the connection. */
export class ClientDisconnected extends Error {
  override name = 'ClientDisconnected';
}

/**
 * The time limit for all subgraph fetches of one request together.
 *
 * @example
 * const deadline = new Deadline(1_000, 10_000);
 * await fetch(url, { signal: deadline.signal() }); // the clock starts here
 * deadline.end(true);
 */
export class Deadline {
  /** Set before the first fetch. Giving up does not undo a mutation, so it has more time. */
  isMutation = false;
  /** Set before the first fetch. A preview executes a mutation, so it has as much time as one. */
  isDryRun = false;
  readonly #queryTimeoutMs: number;
  readonly #mutationTimeoutMs: number;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(queryTimeoutMs: number, mutationTimeoutMs: number) {
    this.#queryTimeoutMs = queryTimeoutMs;
    this.#mutationTimeoutMs = mutationTimeoutMs;
  }

  /**
   * The signal for a fetch. The time counts from the first call, because authentication and query
   * planning are not the responsibility of the subgraphs.
   */
  signal(): AbortSignal {
    this.#timer ??= setTimeout(
      () => this.#controller.abort(new DeadlineExceeded('The request took too long.')),
      this.isMutation || this.isDryRun ? this.#mutationTimeoutMs : this.#queryTimeoutMs,
    );
    return this.#controller.signal;
  }

  /**
   * Ends the request. If the response was not sent, the client has disconnected and the fetches of
   * a query are aborted; those of a mutation continue.
   */
  end(isResponseSent: boolean): void {
    clearTimeout(this.#timer);
    if (!isResponseSent && !this.isMutation)
      this.#controller.abort(new ClientDisconnected('The client has disconnected.'));
  }
}

/** The context value of Apollo Server: one client request. */
export interface RequestContext {
  requestId: string;
  caller: Caller | undefined;
  /** Why the token of the request was refused; undefined without a token. */
  refusal: GraphQLError | undefined;
  /** Headers of every subgraph request on behalf of this one. */
  headers: string[];
  deadline: Deadline;
  /** Maximum number of objects in the result; undefined until it is computed. */
  cost: number | undefined;
  /** Does the client accept `application/graphql-response+json` and so read HTTP status codes? */
  readsHttpStatus: boolean;
}
