import { z } from 'zod';
import { parseId } from '../core/id.ts';
import { type HttpHandler, readBody, sendJson } from '../http/serve.ts';
import type { Actor } from './access.ts';

/** The claims of a provider token by which a service finds the user. */
export interface LookupQuery {
  /** Typed id. */
  workspace: string;
  email?: string | null | undefined;
  subject: string;
}

export const MAX_LOOKUPS_PER_REQUEST = 500;
const MAX_LOOKUP_BYTES = 2_048;

const lookupRequest = z.object({
  people: z
    .array(z.object({ workspace: z.string(), email: z.string().nullish(), subject: z.string() }))
    .max(MAX_LOOKUPS_PER_REQUEST),
});

/**
 * The endpoint where the gateway looks up the users with email addresses: `{ people: [{ workspace,
 * email, subject }] }` answers `{ actors }` in the same order, with null where there is no active
 * user. `findActors` finds those of one workspace, given by its UUID.
 */
export const lookupEndpoint =
  (
    findActors: (
      workspace: string,
      emails: readonly string[],
    ) => Promise<readonly (Actor | null)[]>,
  ): HttpHandler =>
  async (request, response) => {
    const body = await readBody(request, MAX_LOOKUPS_PER_REQUEST * MAX_LOOKUP_BYTES);
    const parsed = lookupRequest.safeParse(parseJson(body));
    if (!parsed.success)
      return sendJson(response, 400, {
        error: `Expected at most ${MAX_LOOKUPS_PER_REQUEST} people with workspace, email and subject.`,
      });
    const lookups = parsed.data.people.map(({ workspace, email }, index) => ({
      index,
      workspace: parseId('wsp', workspace),
      email: email ?? '',
    }));
    const actors = lookups.map((): Actor | null => null);
    for (const [workspace, group] of Map.groupBy(lookups, (lookup) => lookup.workspace)) {
      if (!workspace) continue;
      const emails = group.map(({ email }) => email);
      for (const [position, actor] of (await findActors(workspace, emails)).entries())
        actors[group[position]!.index] = actor;
    }
    sendJson(response, 200, { actors });
  };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
