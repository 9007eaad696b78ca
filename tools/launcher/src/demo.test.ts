import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createProviderVerifier } from '@deskgraph/common/auth/token';
import { signDemoTokens, findDemoClaims } from './demo.ts';
import { AUDIENCE, ISSUER_NAME, openIssuer } from './issuer.ts';

const folder = mkdtempSync(join(tmpdir(), 'deskgraph-'));
const demoFile = join(folder, 'demo.json');
const issuerFile = join(folder, 'issuer.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('signs a valid token for each demo user, for their own workspace', async () => {
  const demo = {
    workspaces: { demo: 'wsp_1', other: 'wsp_2' },
    people: {
      admin: 'ana@one.example',
      otherAdmin: 'olga@two.example',
      guest: { email: 'gil@two.example', name: 'Gil', workspace: 'other' },
    },
    app: { id: 'app_1', name: 'Partner', scopes: ['things:read', 'things:write'] },
  };
  writeFileSync(demoFile, JSON.stringify(demo));
  const issuer = await openIssuer(issuerFile);
  const tokens = await signDemoTokens(issuer, demoFile);
  const verify = createProviderVerifier(ISSUER_NAME, AUDIENCE, issuer.jwks);

  expect(Object.keys(tokens)).toEqual(['admin', 'otherAdmin', 'guest', 'app']);
  expect(await verify(tokens['admin']!)).toMatchObject({
    sub: 'ana@one.example',
    email: 'ana@one.example',
    workspace: 'wsp_1',
  });
  expect(await verify(tokens['otherAdmin']!)).toMatchObject({
    email: 'olga@two.example',
    workspace: 'wsp_2',
  });
  expect(await verify(tokens['guest']!)).toMatchObject({
    email: 'gil@two.example',
    name: 'Gil',
    workspace: 'wsp_2',
  });
  const app = await verify(tokens['app']!);
  expect(app).toMatchObject({
    sub: 'app_1',
    name: 'Partner',
    scope: 'things:read things:write',
    workspace: 'wsp_1',
  });
  expect(app.email).toBeUndefined();
});

test('stores its keys in a private file, so that tokens of an earlier start stay valid', async () => {
  const token = await (
    await openIssuer(issuerFile)
  ).issueToken({ sub: 'ana@one.example' }, '1 hour');
  const later = await openIssuer(issuerFile);
  expect(await createProviderVerifier(ISSUER_NAME, AUDIENCE, later.jwks)(token)).toMatchObject({
    sub: 'ana@one.example',
  });
  expect(statSync(issuerFile).mode & 0o077).toBe(0);
  expect(later.jwks).not.toContain('"d":');
});

test('finds a demo user by token name, email address or unique first name', () => {
  const users = [
    ['agent', 'Ana Oliveira'],
    ['lead', 'Tomaž Kranjc'],
    ['light', 'Eva Novak'],
    ['customer', 'Eva Clarke'],
  ].map(
    ([key, name]) =>
      [
        key,
        { sub: `${key}@one.example`, email: `${key}@one.example`, name, workspace: 'wsp_1' },
      ] as const,
  );
  const demo = Object.fromEntries(users);
  for (const as of ['agent', 'agent@one.example', 'ana', 'Ana'])
    expect(findDemoClaims(demo, as)).toBe(demo['agent']);
  expect(findDemoClaims(demo, 'tomaz')).toBe(demo['lead']);
  for (const as of ['eva', 'nobody', '']) expect(findDemoClaims(demo, as)).toBeUndefined();
});
