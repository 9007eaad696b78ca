import { type Graph, openGraph } from '../graph.ts';
import { localPlatform } from '../local-platform.ts';

/** The actors: an administrator, five staff, two customers, and the app that delivers their e-mail. */
export const DAY_ACTORS = [
  'admin',
  'lead',
  'agent',
  'agent2',
  'agent3',
  'light',
  'customer',
  'customer2',
  'app',
] as const;
export type Who = (typeof DAY_ACTORS)[number];

export interface Player extends Graph {
  id: string;
  name: string;
  /** Undefined for an app. */
  email: string;
}

/** The token lifetime, longer than the script runs. */
const LIFETIME = '1h';

/** All actors, signed in to the local platform. */
export async function signInActors(): Promise<Record<Who, Player>> {
  const { url, person, token } = localPlatform();
  const players = await Promise.all(
    DAY_ACTORS.map(async (who) => {
      const claims = person(who);
      const graph = openGraph({ url: url(), token: await token(claims, LIFETIME) });
      const { viewer } = await graph.ask<{ viewer: { actor: { id: string; name: string } } }>(
        '{ viewer { actor { id name } } }',
      );
      return [who, { ...graph, ...viewer.actor, email: claims.email ?? '' }] as const;
    }),
  );
  return Object.fromEntries(players) as Record<Who, Player>;
}
