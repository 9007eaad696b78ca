import { existsSync, readFileSync } from 'node:fs';
import { z } from '@deskgraph/common/core/config';
import type { ProviderClaims } from '@deskgraph/common/auth/token';
import type { Issuer } from './issuer.ts';

export const DEMO_TOKEN_LIFETIME = '30 days';

const person = z.union([
  z.email().transform((email) => ({ email, name: undefined, workspace: undefined })),
  z.object({
    email: z.email(),
    name: z.string().optional(),
    workspace: z.string().optional().describe('Key in `workspaces`.'),
  }),
]);

const demoFile = z.object({
  workspaces: z.record(z.string(), z.string()),
  people: z.record(z.string(), person),
  app: z
    .object({
      id: z.string(),
      name: z.string(),
      scopes: z.array(z.string()),
      workspace: z.string().optional(),
    })
    .optional(),
});

export type TokenClaims = ProviderClaims & { sub: string };

/** Who can be somebody: the claims of everyone that the seed has told of, by the name of the token. */
export function readDemoClaims(path: string): Record<string, TokenClaims> {
  if (!existsSync(path)) return {};
  const { workspaces, people, app } = demoFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  // `otherAdmin` lives in the workspace `other`; who has no such name, in the first one.
  const workspaceOf = (name: string, said?: string): string => {
    const key =
      said ??
      Object.keys(workspaces).find((workspace) => name.startsWith(workspace)) ??
      Object.keys(workspaces)[0];
    const id = workspaces[key ?? ''];
    if (!id) throw new Error(`${path}: ${name} lives in no workspace.`);
    return id;
  };
  const claims: Record<string, TokenClaims> = {};
  for (const [key, { email, name, workspace }] of Object.entries(people))
    claims[key] = {
      sub: email,
      email,
      ...(name && { name }),
      workspace: workspaceOf(key, workspace),
    };
  if (app)
    claims['app'] = {
      sub: app.id,
      name: app.name,
      scope: app.scopes.join(' '),
      workspace: workspaceOf('app', app.workspace),
    };
  return claims;
}

const plain = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** Who is meant by the name of a token, a mail address or a first name, `ana`; nobody when several are. */
export function findDemoClaims(
  demo: Record<string, TokenClaims>,
  as: string,
): TokenClaims | undefined {
  const people = Object.values(demo);
  const byAddress = people.find(({ email }) => email === as);
  const named = people.filter(({ name = '' }) => plain(name.split(' ', 1)[0]!) === plain(as));
  return demo[as] ?? byAddress ?? (named.length === 1 ? named[0] : undefined);
}

export async function signDemoTokens(
  issuer: Issuer,
  path: string,
): Promise<Record<string, string>> {
  const signed = Object.entries(readDemoClaims(path)).map(
    async ([key, claims]) => [key, await issuer.issueToken(claims, DEMO_TOKEN_LIFETIME)] as const,
  );
  return Object.fromEntries(await Promise.all(signed));
}
