import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import { newId } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { kept } from '../view/stored.ts';
import { refuseBase, refuseUnknowable, scopesOf } from './check.ts';
import { stateOf } from './fact.ts';
import type { AccessRoleCreateInput, AccessRoleCreatePayload } from './input.ts';
import { AccessRole } from './role.ts';

/** So many has a workspace at most. */
const MOST = 200;

export async function create(
  ctx: Context,
  { name, base, scopes, filter }: AccessRoleCreateInput,
): Promise<AccessRoleCreatePayload> {
  refuseBase(base);
  await refuseUnknowable(ctx, filter);
  // One after the other, so that many at once don't get past the limit.
  await sql`select pg_advisory_xact_lock(hashtext(${`access roles ${ctx.workspace}`}))`.execute(
    ctx.em.getKysely(),
  );
  if ((await ctx.em.count(AccessRole)) >= MOST) throw new Refusal('LIMIT_REACHED', 'name');
  const accessRole = ctx.em.create(AccessRole, {
    id: newId('rol'),
    workspaceId: ctx.workspace,
    name,
    base,
    scopes: scopesOf(scopes),
    filter: filter ? kept(filter) : null,
  });
  await record(ctx, 'access_role.created', accessRole, { state: stateOf(accessRole) });
  return { accessRole, userErrors: [] };
}
