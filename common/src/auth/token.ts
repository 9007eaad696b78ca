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
import type { Actor } from './access.ts';

const INTERNAL_AUDIENCE = 'deskgraph-internal';
/** Seconds that a signed actor is good for, and so the longest that a withdrawn right can live on. */
export const INTERNAL_TOKEN_TTL_SECONDS = 60;

const keyOf = (secret: string): Uint8Array => createHash('sha256').update(secret).digest();

/** The token that one process of ours shows another: who is calling, for a minute. */
export function signActor(actor: Actor, secret: string): Promise<string> {
  return new SignJWT({ actor })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(INTERNAL_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${INTERNAL_TOKEN_TTL_SECONDS}s`)
    .sign(keyOf(secret));
}

/** The token of an `authorization` header; empty when there is none. */
export const bearerToken = (header: string | undefined): string =>
  header?.startsWith('Bearer ') ? header.slice(7) : '';

export type ActorVerifier = (token: string) => Promise<Actor | undefined>;

/** Reads internal tokens, each one's signature once; undefined for any other token. */
export function createActorVerifier(secret: string): ActorVerifier {
  const key = keyOf(secret);
  const known = new Map<string, { actor: Actor; until: number }>();
  return async (token) => {
    const hit = known.get(token);
    if (hit && hit.until > Date.now()) return hit.actor;
    known.delete(token);
    try {
      const { payload } = await jwtVerify<{ actor: Actor }>(token, key, {
        audience: INTERNAL_AUDIENCE,
        algorithms: ['HS256'],
      });
      if (known.size >= 10_000) known.clear();
      known.set(token, { actor: payload.actor, until: payload.exp! * 1000 });
      return payload.actor;
    } catch {
      return undefined;
    }
  };
}

/** The actor of our own processes: sees the whole workspace, every one when `workspace` is empty. */
export const systemActor = (workspace = '', scopes: readonly string[] = []): Actor => ({
  kind: 'system',
  id: 'sys',
  name: 'System',
  role: null,
  scopes,
  workspace,
  departments: [],
});

/** What an identity provider says of a caller. `workspace` is the typed id of the tenant; `scope` is set for apps only. */
export interface ProviderClaims extends JWTPayload {
  email?: string;
  name?: string;
  workspace?: string;
  scope?: string;
}

/** Verifies bearer tokens of the configured OpenID provider; rejects when a token is not good. `jwks` is an https: address or a JSON key set. */
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
