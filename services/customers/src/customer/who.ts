import { type Actor, Role, SCOPES } from '@deskgraph/common/access';
import { toUuid } from '@deskgraph/common/id';
import { z } from '@deskgraph/common/input';
import { type Handler, answer, readBody } from '@deskgraph/common/serve';
import type { Service } from '@deskgraph/common/subgraph';
import { systemActor } from '@deskgraph/common/token';
import { Context } from '@deskgraph/common/transaction';
import { ownerOf } from '../identity/claim.ts';
import { IdentityKind, normalised } from '@deskgraph/common/identity';
import { byId } from './find.ts';

const question = z.object({ workspace: z.string(), email: z.string().nullish(), subject: z.string().nullish() });
const BODY_LIMIT = 16 * 1024;
/** A person has every scope, and is bounded by the role. */
const PERSON_SCOPES = SCOPES.filter((scope) => scope !== 'tickets:import');

/** The door where the gateway asks who has an address: `{ workspace, email }` → `{ actor }`, null when nobody here has it. */
export const who = ({ orm, log }: Service): Handler => {
  const find = async (workspace: string, email: string): Promise<Actor | null> => {
    const ctx = new Context({ orm, actor: systemActor(workspace), log, requestId: 'who', locales: [] });
    try {
      const owner = await ownerOf(await ctx.read(), { kind: IdentityKind.EMAIL, value: email });
      const customer = owner && (await byId(ctx, owner));
      if (!customer) return null;
      const { id, name } = customer;
      return { kind: 'customer', id, name, role: Role.REQUESTER, scopes: PERSON_SCOPES, workspace, departments: [] };
    } finally {
      await ctx.end();
    }
  };
  return async (request, response) => {
    const asked = question.safeParse(jsonOf(await readBody(request, BODY_LIMIT)));
    if (!asked.success) return answer(response, 400, { error: 'Give workspace and email.' });
    const workspace = toUuid('wsp', asked.data.workspace);
    const email = normalised(IdentityKind.EMAIL, asked.data.email ?? '');
    answer(response, 200, { actor: workspace && email ? await find(workspace, email) : null });
  };
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
