import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { toStoredJson, refuseUnstorableFilter } from '../../model/saved-filter/stored.ts';
import { resolveEscalationSteps } from './check.ts';
import { escalationPathState } from './events.ts';
import type { EscalationPathCreateInput, EscalationPathCreatePayload } from './input.ts';
import { EscalationPath } from './path.ts';

/** So many has a workspace at most. */
const MOST = 100;

export async function createEscalationPath(
  ctx: Context,
  { name, filter, steps }: EscalationPathCreateInput,
): Promise<EscalationPathCreatePayload> {
  refuseUnstorableFilter(ctx, filter, null);
  const known = await resolveEscalationSteps(ctx, steps);
  // One after the other, so that many at once don't get past the limit.
  await sql`select pg_advisory_xact_lock(hashtext(${`escalation paths ${ctx.workspace}`}))`.execute(
    ctx.em.getKysely(),
  );
  if ((await ctx.em.count(EscalationPath)) >= MOST) throw new Refusal('LIMIT_REACHED', 'name');
  const escalationPath = ctx.em.create(EscalationPath, {
    id: newId('esc'),
    workspaceId: ctx.workspace,
    name,
    filter: toStoredJson(filter),
    steps: known,
  });
  await appendEvent(ctx, 'escalation_path.created', escalationPath, {
    state: escalationPathState(escalationPath),
  });
  return { escalationPath, userErrors: [] };
}
