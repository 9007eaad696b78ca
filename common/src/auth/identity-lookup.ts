import type { Actor } from './access.ts';
import { parseId } from '../core/id.ts';
import { z } from '../graphql/input.ts';
import { type HttpHandler, sendJson, readBody } from '../http/serve.ts';

/** What an outside token says of a person. `workspace` is the typed id. */
export interface LookupQuery {
  workspace: string;
  email?: string | null | undefined;
  subject: string;
}

/** So many people are asked for at once. */
export const MAX_LOOKUPS_PER_REQUEST = 500;
const PERSON_BYTES = 2_048;

const question = z.object({
  people: z
    .array(z.object({ workspace: z.string(), email: z.string().nullish(), subject: z.string() }))
    .max(MAX_LOOKUPS_PER_REQUEST),
});

/**
 * The door where the gateway asks who is behind mail addresses: `{ people: [{ workspace, email, subject }] }` → `{ actors }` in the same order,
 * null for nobody or no more. `find` looks up those of one workspace, named by its UUID.
 */
export const lookupEndpoint =
  (
    find: (workspace: string, emails: readonly string[]) => Promise<readonly (Actor | null)[]>,
  ): HttpHandler =>
  async (request, response) => {
    const asked = question.safeParse(
      readJson(await readBody(request, MAX_LOOKUPS_PER_REQUEST * PERSON_BYTES)),
    );
    if (!asked.success)
      return sendJson(response, 400, {
        error: `Give at most ${MAX_LOOKUPS_PER_REQUEST} people with workspace and email.`,
      });
    const { people } = asked.data;
    const actors = people.map((): Actor | null => null);
    const known = people.map(({ workspace, email }, at) => ({
      at,
      workspace: parseId('wsp', workspace),
      email: email ?? '',
    }));
    for (const [workspace, own] of Map.groupBy(known, (person) => person.workspace)) {
      if (!workspace) continue;
      const emails = own.map(({ email }) => email);
      for (const [index, actor] of (await find(workspace, emails)).entries())
        actors[own[index]!.at] = actor;
    }
    sendJson(response, 200, { actors });
  };

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
