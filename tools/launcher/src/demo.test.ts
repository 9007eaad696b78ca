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

test('everyone whom the seed names gets a token that the gateway believes, for their own workspace', async () => {
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
  const read = createProviderVerifier(ISSUER_NAME, AUDIENCE, issuer.jwks);

  expect(Object.keys(tokens)).toEqual(['admin', 'otherAdmin', 'guest', 'app']);
  expect(await read(tokens['admin']!)).toMatchObject({
    sub: 'ana@one.example',
    email: 'ana@one.example',
    workspace: 'wsp_1',
  });
  expect(await read(tokens['otherAdmin']!)).toMatchObject({
    email: 'olga@two.example',
    workspace: 'wsp_2',
  });
  expect(await read(tokens['guest']!)).toMatchObject({
    email: 'gil@two.example',
    name: 'Gil',
    workspace: 'wsp_2',
  });
  const app = await read(tokens['app']!);
  expect(app).toMatchObject({
    sub: 'app_1',
    name: 'Partner',
    scope: 'things:read things:write',
    workspace: 'wsp_1',
  });
  expect(app.email).toBeUndefined();
});

test('the issuer keeps its keys, so tokens of an earlier start stay good, and nobody else may read them', async () => {
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

test('somebody is meant by the name of a token, by address or by a first name that only one has', () => {
  const people = [
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
  const demo = Object.fromEntries(people);
  for (const as of ['agent', 'agent@one.example', 'ana', 'Ana'])
    expect(findDemoClaims(demo, as)).toBe(demo['agent']);
  expect(findDemoClaims(demo, 'tomaz')).toBe(demo['lead']);
  for (const as of ['eva', 'nobody', '']) expect(findDemoClaims(demo, as)).toBeUndefined();
});
