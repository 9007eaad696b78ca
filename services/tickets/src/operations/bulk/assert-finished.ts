import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';

/** A job that is at work would go on behind the back of its undo. */
export async function refuseUnended(ctx: Context, operationId: string): Promise<void> {
  const { rows } = await sql`
    select from bulk_job where operation_id = ${uuidOf('opr', operationId)}::uuid and finished_at is null`.execute(
    ctx.em.getKysely(),
  );
  if (rows.length) throw new Refusal('IN_USE', 'id');
}
