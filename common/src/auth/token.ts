import { createHash } from 'node:crypto';
import {
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  SignJWT,
  createLocalJWKSet,
  createRemoteJWKSet,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import type { Actor } from './access.ts';

const INTERNAL_AUDIENCE = 'deskgraph-internal';
/** Lifetime of an internal token, in seconds. A withdrawn right can stay in effect this long. */
export const INTERNAL_TOKEN_TTL_SECONDS = 60;
const MAX_CACHED_ACTORS = 10_000;

const signingKey = (secret: string): Uint8Array => createHash('sha256').update(secret).digest();

/** The token by which one process of the platform tells another the caller. */
export function signActor(actor: Actor, secret: string): Promise<string> {
  return new SignJWT({ actor })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(INTERNAL_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${INTERNAL_TOKEN_TTL_SECONDS}s`)
    .sign(signingKey(secret));
}

/** The token of an `authorization` header; empty when there is none. */
export const bearerToken = (header: string | undefined): string =>
  header?.startsWith('Bearer ') ? header.slice(7) : '';

export type ActorVerifier = (token: string) => Promise<Actor | undefined>;

/**
 * Verifies internal tokens; undefined for any other token. A verified token is cached until it
 * expires, so that its signature is checked once.
 */
export function createActorVerifier(secret: string): ActorVerifier {
  const key = signingKey(secret);
  const cache = new LRUCache<string, { actor: Actor; expiresAt: number }>({
    max: MAX_CACHED_ACTORS,
  });
  return async (token) => {
    const cached = cache.get(token);
    if (cached && cached.expiresAt > Date.now()) return cached.actor;
    try {
      const { payload } = await jwtVerify<{ actor: Actor }>(token, key, {
        audience: INTERNAL_AUDIENCE,
        algorithms: ['HS256'],
      });
      cache.set(token, { actor: payload.actor, expiresAt: payload.exp! * 1000 });
      return payload.actor;
    } catch {
      cache.delete(token);
      return undefined;
    }
  };
}

/**
 * The actor of the platform's own processes. It sees the whole workspace; an empty `workspace`
 * stands for none in particular.
 */
export const systemActor = (workspace = '', scopes: readonly string[] = []): Actor => ({
  kind: 'system',
  id: 'sys',
  name: 'System',
  role: null,
  scopes,
  workspace,
  departments: [],
});

/**
 * The claims of an identity provider about a caller. `workspace` is the typed id of the tenant;
 * `scope` is set for apps only.
 */
export interface ProviderClaims extends JWTPayload {
  email?: string;
  name?: string;
  workspace?: string;
  scope?: string;
}

/**
 * Verifies bearer tokens of the configured OpenID provider; rejects an invalid token. `jwks` is an
 * http(s) URL or a JSON Web Key Set.
 */
export function createProviderVerifier(
  issuer: string,
  audience: string,
  jwks: string,
): (token: string) => Promise<ProviderClaims> {
  const keys: JWTVerifyGetKey = jwks.startsWith('http')
    ? createRemoteJWKSet(new URL(jwks))
    : createLocalJWKSet(JSON.parse(jwks) as { keys: JWK[] });
  return async (token) =>
    (
      await jwtVerify<ProviderClaims>(token, keys, {
        issuer,
        audience,
        algorithms: ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'],
        requiredClaims: ['exp', 'sub'],
      })
    ).payload;
}
