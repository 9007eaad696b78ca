import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Actor, SCOPES } from '@deskgraph/common/auth/access';
import { graphqlError } from '@deskgraph/common/core/errors';
import { parseId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import {
  INTERNAL_TOKEN_TTL_SECONDS,
  type ProviderClaims,
  signActor,
} from '@deskgraph/common/auth/token';
import type { ActorLookup } from './actor-lookup.ts';

/** An authenticated caller. */
export interface Caller {
  actor: Actor;
  /** The token that subgraphs accept for this actor. */
  internalToken: string;
  /** When the caller's own token expires, in milliseconds since the epoch. */
  expiresAt: number;
}

/**
 * Authenticates an `Authorization` header; undefined without a header. A cached result older than
 * `maxAgeMs` is looked up again: long-lived connections use this to notice changed permissions.
 *
 * @throws GraphQLError UNAUTHENTICATED or UNAVAILABLE
 */
export type Identify = (
  authorization: string | undefined,
  maxAgeMs?: number,
) => Promise<Caller | undefined>;

/** Verifies a token of the OpenID provider and returns its claims. */
export type TokenVerifier = (token: string) => Promise<ProviderClaims>;

export interface AuthenticatorOptions {
  verifyToken: TokenVerifier;
  lookupActor: ActorLookup;
  /** Signs the internal tokens for subgraphs. */
  secret: string;
  log: Log;
}

/** Shorter than the life of the internal token, so that a cached one is never about to expire. */
const CALLER_TTL_MS = (INTERNAL_TOKEN_TTL_SECONDS - 15) * 1000;
const UNKNOWN_CALLER_TTL_MS = 5_000;
const MAX_CACHED_TOKENS = 10_000;

interface CacheEntry {
  createdAt: number;
  /** Infinity while the lookup is pending. */
  expiresAt: number;
  claims: Promise<ProviderClaims>;
  caller: Promise<Caller | undefined>;
}

/** Is the token itself bad? Any other error, such as unavailable keys, says nothing about it. */
const isTokenError = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^ERR_(JWT|JWS|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE|JOSE_ALG|JOSE_NOT)/.test(String(error.code));

const isUnavailable = (error: unknown): boolean =>
  error instanceof GraphQLError && error.extensions['code'] === 'UNAVAILABLE';

const isAppToken = ({ sub, scope, email }: ProviderClaims): boolean =>
  scope !== undefined && email === undefined && sub!.startsWith('app_');

const appActor = ({ sub, name, scope }: ProviderClaims, workspace: string): Actor => ({
  kind: 'app',
  id: sub!,
  name: name ?? sub!,
  role: null,
  scopes: SCOPES.filter((granted) => scope!.split(' ').includes(granted)),
  workspace,
  departments: [],
});

/**
 * Authenticates callers. A token is verified and its actor looked up at most once in 45 seconds,
 * also when concurrent requests use it.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #cache = new LRUCache<string, CacheEntry>({ max: MAX_CACHED_TOKENS });

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  readonly identify: Identify = async (authorization, maxAgeMs = Infinity) => {
    if (!authorization) return undefined;
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (!token) throw graphqlError('UNAUTHENTICATED');
    const caller = await this.#callerOf(token, maxAgeMs);
    if (!caller) throw graphqlError('UNAUTHENTICATED');
    return caller;
  };

  #callerOf(token: string, maxAgeMs: number): Promise<Caller | undefined> {
    const key = hash('sha256', token, 'base64');
    const cached = this.#cache.get(key);
    const now = Date.now();
    if (!cached || cached.expiresAt <= now) return this.#start(key, this.#verify(token)).caller;
    return now - cached.createdAt > maxAgeMs ? this.#refresh(key, cached) : cached.caller;
  }

  /** Caches a lookup at its start, so that concurrent requests share it; removes it if it fails. */
  #start(key: string, claims: Promise<ProviderClaims>, previous?: CacheEntry): CacheEntry {
    const resolved = claims.then((verified) => this.#resolve(verified, previous));
    const entry: CacheEntry = {
      createdAt: Date.now(),
      expiresAt: Infinity,
      claims,
      caller: resolved.then(({ caller }) => caller),
    };
    this.#cache.set(key, entry);
    resolved.then(
      ({ expiresAt }) => (entry.expiresAt = expiresAt),
      () => this.#cache.peek(key) === entry && this.#cache.delete(key),
    );
    return entry;
  }

  /**
   * Looks the actor up again; the token is not verified a second time. While the lookup is
   * unavailable, the previous entry stays valid for requests that accept its age.
   */
  async #refresh(key: string, previous: CacheEntry): Promise<Caller | undefined> {
    try {
      return await this.#start(key, previous.claims, previous).caller;
    } catch (error) {
      if (isUnavailable(error) && previous.expiresAt > Date.now() && !this.#cache.has(key))
        this.#cache.set(key, previous);
      throw error;
    }
  }

  async #verify(token: string): Promise<ProviderClaims> {
    try {
      return await this.#options.verifyToken(token);
    } catch (error) {
      if (isTokenError(error)) throw graphqlError('UNAUTHENTICATED');
      this.#options.log.error({ err: error }, 'token issuer keys unavailable');
      throw graphqlError('UNAVAILABLE');
    }
  }

  /** The caller of verified claims. An unchanged actor keeps the caller of the previous entry. */
  async #resolve(
    claims: ProviderClaims,
    previous?: CacheEntry,
  ): Promise<{ caller: Caller | undefined; expiresAt: number }> {
    const { lookupActor, secret, log } = this.#options;
    const tokenExpiresAt = claims.exp! * 1000;
    const workspace = parseId('wsp', claims.workspace ?? '');
    if (!workspace || tokenExpiresAt <= Date.now()) throw graphqlError('UNAUTHENTICATED');
    const actor = isAppToken(claims)
      ? appActor(claims, workspace)
      : await lookupActor({
          workspace: claims.workspace!,
          email: claims.email,
          subject: claims.sub!,
        });
    if (!actor) return { caller: undefined, expiresAt: Date.now() + UNKNOWN_CALLER_TTL_MS };
    if (actor.workspace !== workspace) {
      log.error({ actor: actor.id }, 'actor lookup returned an actor of another workspace');
      throw graphqlError('UNAUTHENTICATED');
    }
    if (previous && previous.expiresAt > Date.now()) {
      const caller = await previous.caller;
      if (caller && isDeepStrictEqual(caller.actor, actor))
        return { caller, expiresAt: previous.expiresAt };
    }
    const internalToken = await signActor(actor, secret);
    return {
      caller: { actor, internalToken, expiresAt: tokenExpiresAt },
      expiresAt: Math.min(Date.now() + CALLER_TTL_MS, tokenExpiresAt),
    };
  }
}
