import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import { createProviderVerifier } from '@deskgraph/common/auth/token';

export const SECRET = 'a secret that only this test knows, 32+';
export const WORKSPACE = '01999999-9999-7999-8999-999999999999';
const OTHER_WORKSPACE = '01888888-8888-7888-8888-888888888888';
const ISSUER = 'https://id.example';

const agent = (id: string, workspace = WORKSPACE): Actor => ({
  kind: 'agent',
  id,
  name: id,
  role: Role.AGENT,
  scopes: ['tickets:read'],
  workspace,
  departments: [],
});

/** The actors that the fake subgraphs know, by subject of the token. */
export const actorsBySubject: Record<string, Actor> = {
  ana: agent('agt_ana'),
  bor: agent('agt_bor'),
  stray: agent('agt_stray', OTHER_WORKSPACE),
};

/** An OpenID provider in memory: signs tokens and verifies them as the gateway does. */
export async function startTokenIssuer() {
  const keys = await generateKeyPair('ES256');
  const otherKeys = await generateKeyPair('ES256');
  const jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256', kid: 'one' }],
  });
  const verify = createProviderVerifier(ISSUER, 'deskgraph', jwks);
  const reads: string[] = [];
  const sign = (
    claims: Record<string, unknown>,
    key = keys.privateKey,
    lifetime = '1 hour',
  ): Promise<string> =>
    new SignJWT({ workspace: toId('wsp', WORKSPACE), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(ISSUER)
      .setAudience('deskgraph')
      .setExpirationTime(lifetime)
      .sign(key);
  return {
    /** Tokens that were verified, in order. */
    reads,
    readToken: (token: string) => {
      reads.push(token);
      return verify(token);
    },
    person: (sub: string, more: Record<string, unknown> = {}, lifetime = '1 hour') =>
      sign({ sub, email: `${sub}@example.com`, ...more }, keys.privateKey, lifetime),
    app: (scope: string) => sign({ sub: 'app_1', name: 'Importer', scope }),
    expired: () => sign({ sub: 'ana', email: 'ana@example.com' }, keys.privateKey, '-1 minute'),
    forged: () => sign({ sub: 'ana', email: 'ana@example.com' }, otherKeys.privateKey),
  };
}
