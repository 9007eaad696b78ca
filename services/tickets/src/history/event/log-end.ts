import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { checkpointCursor } from './cursor.ts';

/** Where the log ends for whoever reads now. */
export async function logEndCursor(ctx: Context): Promise<string> {
  const em = await ctx.read();
  const { rows } = await sql<{ head: string }>`select head from relay_state`.execute(
    em.getKysely(),
  );
  return checkpointCursor(ctx, Number(rows[0]!.head));
}
