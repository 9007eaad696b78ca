import { existsSync, readFileSync } from 'node:fs';
import {
  type JWK,
  SignJWT,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose';
import type { ProviderClaims } from '@deskgraph/common/auth/token';
import { writePrivateJson } from './secret.ts';

/** Name of the development issuer, used without an OpenID provider. */
export const ISSUER_NAME = 'https://issuer.deskgraph.localhost';
export const AUDIENCE = 'deskgraph';

export interface Issuer {
  /** JSON key set with the public key, the value of `OIDC_JWKS`. */
  jwks: string;
  /** Signs a token that is valid for `lifetime`, such as `30 days`. */
  issueToken(claims: ProviderClaims & { sub: string }, lifetime: string): Promise<string>;
}

interface KeyFile {
  issuer: string;
  publicKey: JWK;
  privateKey: JWK;
}

/** Opens the issuer whose keys are in the file; creates the file the first time. */
export async function openIssuer(path: string): Promise<Issuer> {
  if (!existsSync(path)) writePrivateJson(path, await newKeys());
  const { issuer, publicKey, privateKey } = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
  const key = await importJWK(privateKey, 'ES256');
  const header = { alg: 'ES256', kid: publicKey.kid! };
  return {
    jwks: JSON.stringify({ keys: [publicKey] }),
    issueToken: (claims, lifetime) =>
      new SignJWT(claims)
        .setProtectedHeader(header)
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(key),
  };
}

async function newKeys(): Promise<KeyFile> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(pair.publicKey);
  const publicKey = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
  return { issuer: ISSUER_NAME, publicKey, privateKey: await exportJWK(pair.privateKey) };
}
