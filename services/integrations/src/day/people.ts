import { type Graph, openGraph } from '../graph.ts';
import { here } from '../local-platform.ts';

/** Who plays: an administrator, a desk of five, two customers, and the shop's connector that hands in their mail. */
export const PEOPLE = [
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
export type Who = (typeof PEOPLE)[number];

export interface Player extends Graph {
  id: string;
  name: string;
  /** None of an app. */
  email: string;
}

/** An hour is longer than the day takes. */
const LIFETIME = '1h';

/** Everybody, signed in to the platform that runs here. */
export async function gather(): Promise<Record<Who, Player>> {
  const { url, person, token } = here();
  const players = await Promise.all(
    PEOPLE.map(async (who) => {
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
