import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { GraphQLError } from 'graphql';
import { type Actor, SCOPES } from '@deskgraph/common/auth/access';
import { fault } from '@deskgraph/common/core/errors';
import { toUuid } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import { INTERNAL_LIFETIME, type OutsideClaims, signActor } from '@deskgraph/common/auth/token';
import type { Who } from './actor-lookup.ts';

/** Somebody whose token was good: the actor, and the token that subgraphs accept for it. */
export interface Caller {
  actor: Actor;
  internalToken: string;
  /** When the caller's own token ends, in milliseconds. */
  expiresAt: number;
}

/**
 * Who shows this `Authorization` header? Undefined for nobody at all; throws UNAUTHENTICATED or UNAVAILABLE. What was found out more than
 * `maxAgeMs` ago is found out again; a caller of long-lived connections asks so, to see when a right is taken.
 */
export type Identify = (
  authorization: string | undefined,
  maxAgeMs?: number,
) => Promise<Caller | undefined>;

export type TokenReader = (token: string) => Promise<OutsideClaims>;

export interface IdentityOptions {
  readToken: TokenReader;
  who: Who;
  secret: string;
  log: Log;
}

/** Short of the internal token's life, so that a kept one is good for a while yet when it is used. */
const KEEP_MS = (INTERNAL_LIFETIME - 15) * 1000;
const KEEP_NOBODY_MS = 5_000;
const MOST_KEPT = 10_000;

interface Kept {
  since: number;
  claims: Promise<OutsideClaims>;
  caller: Promise<Caller | undefined>;
  until: number;
}

/** Faults of the token itself; anything else (the issuer's keys cannot be had) is no word about the caller. */
const isBadToken = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^ERR_(JWT|JWS|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE|JOSE_ALG|JOSE_NOT)/.test(String(error.code));

const appOf = ({ sub, name, scope }: OutsideClaims, workspace: string): Actor => ({
  kind: 'app',
  id: sub!,
  name: name ?? sub!,
  role: null,
  scopes: SCOPES.filter((known) => scope!.split(' ').includes(known)),
  workspace,
  departments: [],
});

/** Each token is verified and looked up once a minute at most, also when many requests bring it at the same time. */
export function createIdentify({ readToken, who, secret, log }: IdentityOptions): Identify {
  const kept = new Map<string, Kept>();

  const read = async (token: string): Promise<OutsideClaims> => {
    try {
      return await readToken(token);
    } catch (error) {
      if (isBadToken(error)) throw fault('UNAUTHENTICATED');
      log.error({ err: error }, 'the keys of the issuer cannot be read');
      throw fault('UNAVAILABLE');
    }
  };

  const identify = async (
    claims: OutsideClaims,
    before?: Kept,
  ): Promise<{ caller: Caller | undefined; until: number }> => {
    const expiresAt = claims.exp! * 1000;
    const workspace = toUuid('wsp', claims.workspace ?? '');
    if (!workspace || expiresAt <= Date.now()) throw fault('UNAUTHENTICATED');
    const isApp =
      claims.scope !== undefined && claims.email === undefined && claims.sub!.startsWith('app_');
    const actor = isApp
      ? appOf(claims, workspace)
      : await who({ workspace: claims.workspace!, email: claims.email, subject: claims.sub! });
    if (!actor) return { caller: undefined, until: Date.now() + KEEP_NOBODY_MS };
    if (actor.workspace !== workspace) {
      log.error({ actor: actor.id }, 'an actor of another workspace was named for a token');
      throw fault('UNAUTHENTICATED');
    }
    const last = before && before.until > Date.now() ? await before.caller : undefined;
    if (last && isDeepStrictEqual(last.actor, actor)) return { caller: last, until: before!.until };
    const caller = { actor, internalToken: await signActor(actor, secret), expiresAt };
    return { caller, until: Math.min(Date.now() + KEEP_MS, expiresAt) };
  };

  /** A token that was verified once needs it no more: only who is behind it can change. */
  const begin = (key: string, claims: Promise<OutsideClaims>, before?: Kept): Kept => {
    const oldest = kept.size >= MOST_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    const asked = claims.then((read) => identify(read, before));
    const entry: Kept = {
      since: Date.now(),
      until: Infinity,
      claims,
      caller: asked.then(({ caller }) => caller),
    };
    kept.set(key, entry);
    asked.then(
      ({ until }) => (entry.until = until),
      () => kept.get(key) === entry && kept.delete(key),
    );
    return entry;
  };

  /** Asks anew although an answer is kept, which stays good for others while nobody can say. */
  const again = async (key: string, before: Kept): Promise<Caller | undefined> => {
    try {
      return await begin(key, before.claims, before).caller;
    } catch (error) {
      const isUnknown = error instanceof GraphQLError && error.extensions['code'] === 'UNAVAILABLE';
      if (isUnknown && before.until > Date.now() && !kept.has(key)) kept.set(key, before);
      throw error;
    }
  };

  return async (authorization, maxAgeMs = Infinity) => {
    if (!authorization) return undefined;
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (!token) throw fault('UNAUTHENTICATED');
    const key = hash('sha256', token, 'base64');
    const known = kept.get(key);
    if (known && known.until <= Date.now()) kept.delete(key);
    const found = kept.get(key);
    const isOld = found !== undefined && Date.now() - found.since > maxAgeMs;
    const caller = await (isOld ? again(key, found) : (found ?? begin(key, read(token))).caller);
    if (!caller) throw fault('UNAUTHENTICATED');
    return caller;
  };
}
