import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { EscalationPath } from './path.ts';

/** The path to change. */
export async function lockEscalationPath(ctx: Context, id: string): Promise<EscalationPath> {
  const path = await ctx.em.findOne(
    EscalationPath,
    { id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!path) throw new Refusal('NOT_FOUND', 'id');
  return path;
}

/** Does a ticket stand on a step of it now? */
export async function isEscalationPathInUse(
  ctx: Context,
  { id }: EscalationPath,
): Promise<boolean> {
  const { rows } = await sql`
    select from ticket where workspace_id = ${ctx.workspace}::uuid and escalation is not null and escalation ->> 'pathId' = ${id} limit 1`.execute(
    ctx.em.getKysely(),
  );
  return rows.length > 0;
}
