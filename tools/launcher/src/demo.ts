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

/** The token claims of the demo users, by the name of their token; empty without demo data. */
export function readDemoClaims(path: string): Record<string, TokenClaims> {
  if (!existsSync(path)) return {};
  const { workspaces, people, app } = demoFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  // `otherAdmin` belongs to the workspace `other`; a name without such a prefix to the first one.
  const workspaceOf = (name: string, workspaceKey?: string): string => {
    const key =
      workspaceKey ??
      Object.keys(workspaces).find((workspace) => name.startsWith(workspace)) ??
      Object.keys(workspaces)[0];
    const id = workspaces[key ?? ''];
    if (!id) throw new Error(`${path}: ${name} has no workspace.`);
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

/** Lower case without diacritics. */
const normalize = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/**
 * Finds a demo user by token name, email address or first name (`ana`). Undefined when there is
 * none, or several with the first name.
 */
export function findDemoClaims(
  demo: Record<string, TokenClaims>,
  as: string,
): TokenClaims | undefined {
  const users = Object.values(demo);
  const byEmail = users.find(({ email }) => email === as);
  const byFirstName = users.filter(
    ({ name = '' }) => normalize(name.split(' ', 1)[0]!) === normalize(as),
  );
  return demo[as] ?? byEmail ?? (byFirstName.length === 1 ? byFirstName[0] : undefined);
}

/** Signs a token for each demo user. */
export async function signDemoTokens(
  issuer: Issuer,
  path: string,
): Promise<Record<string, string>> {
  const signed = Object.entries(readDemoClaims(path)).map(
    async ([key, claims]) => [key, await issuer.issueToken(claims, DEMO_TOKEN_LIFETIME)] as const,
  );
  return Object.fromEntries(await Promise.all(signed));
}
