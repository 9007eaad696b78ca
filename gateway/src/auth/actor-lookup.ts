import DataLoader from 'dataloader';
import type { Actor } from '@deskgraph/common/auth/access';
import { graphqlError } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import { INTERNAL_TOKEN_TTL_SECONDS, signActor, systemActor } from '@deskgraph/common/auth/token';
import { type LookupQuery, MAX_LOOKUPS_PER_REQUEST } from '@deskgraph/common/auth/identity-lookup';
import { createBreaker } from '../subgraphs/breaker.ts';
import { type Upstream, createUpstream } from '../subgraphs/upstream.ts';

/**
 * Finds the user of a token; null when no service knows the user.
 *
 * @throws GraphQLError UNAVAILABLE when a service that may know the user does not respond
 */
export type ActorLookup = (query: LookupQuery) => Promise<Actor | null>;

type Actors = (Actor | null)[];

const LOOKUP_TIMEOUT_MS = 1_000;

/** One service that knows users, behind a circuit breaker. */
class LookupEndpoint {
  readonly url: string;
  readonly #upstream: Upstream;
  readonly #breaker = createBreaker();

  constructor(url: string) {
    this.url = url;
    this.#upstream = createUpstream(url);
  }

  async lookup(body: string, headers: string[]): Promise<Actors> {
    if (!this.#breaker.allows()) throw new Error('The circuit breaker is open.');
    try {
      const signal = AbortSignal.timeout(LOOKUP_TIMEOUT_MS);
      const { status, text } = await this.#upstream.post(headers, body, signal);
      if (status !== 200) throw new Error(`The response has status ${status}.`);
      const { actors } = JSON.parse(text) as { actors: Actors };
      this.#breaker.succeeded();
      return actors;
    } catch (error) {
      this.#breaker.failed();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }
}

/**
 * Looks users up in all services that know users, in parallel. The first service in the order of
 * the URLs that knows the user wins. Lookups of the same moment share one request per service.
 */
export class ActorLookupClient {
  readonly #endpoints: readonly LookupEndpoint[];
  readonly #secret: string;
  readonly #log: Log;
  #token: { value: Promise<string>; expiresAt: number } | undefined;
  /** Resolves to a function, so that a user is found without waiting for the slower services. */
  readonly #loader = new DataLoader((queries: readonly LookupQuery[]) => this.#load(queries), {
    cache: false,
    maxBatchSize: MAX_LOOKUPS_PER_REQUEST,
    batchScheduleFn: (dispatch) => void setImmediate(dispatch),
  });

  constructor(urls: readonly string[], secret: string, log: Log) {
    this.#endpoints = urls.map((url) => new LookupEndpoint(url));
    this.#secret = secret;
    this.#log = log;
  }

  readonly lookup: ActorLookup = async (query) => {
    const findActor = await this.#loader.load(query);
    return findActor();
  };

  async close(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  async #load(queries: readonly LookupQuery[]): Promise<(() => Promise<Actor | null>)[]> {
    const authorization = `Bearer ${await this.#internalToken()}`;
    const headers = ['content-type', 'application/json', 'authorization', authorization];
    const body = JSON.stringify({ people: queries });
    const responses = this.#endpoints.map((endpoint) =>
      endpoint.lookup(body, headers).catch((error: unknown) => {
        this.#log.warn({ err: error, url: endpoint.url }, 'actor lookup failed');
        return undefined;
      }),
    );
    return queries.map((_, index) => () => firstActor(responses, index));
  }

  #internalToken(): Promise<string> {
    const now = Date.now();
    if (!this.#token || this.#token.expiresAt < now)
      this.#token = {
        value: signActor(systemActor(), this.#secret),
        expiresAt: now + (INTERNAL_TOKEN_TTL_SECONDS - 15) * 1000,
      };
    return this.#token.value;
  }
}

async function firstActor(
  responses: readonly Promise<Actors | undefined>[],
  index: number,
): Promise<Actor | null> {
  let hasFailed = false;
  for (const response of responses) {
    const actors = await response;
    if (actors?.[index]) return actors[index];
    hasFailed ||= actors === undefined;
  }
  if (hasFailed) throw graphqlError('UNAVAILABLE');
  return null;
}
