import { randomInt } from 'node:crypto';
import { cursorAt } from '@deskgraph/common/cursor';
import { sql } from '@deskgraph/common/database';
import type { Context } from '@deskgraph/common/transaction';

const VERSIONS = 2 ** 32;

/** Where the log ends for whoever reads now. It looks different each time: whether it has moved is nobody's business. */
export async function end(ctx: Context): Promise<string> {
  const em = await ctx.read();
  const { rows } = await sql<{ head: string }>`select head from relay_state`.execute(em.getKysely());
  return cursorAt(ctx, { position: Number(rows[0]!.head), version: randomInt(VERSIONS) });
}
