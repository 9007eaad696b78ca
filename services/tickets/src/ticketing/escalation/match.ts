import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import { systemActor } from '@deskgraph/common/auth/token';
import type { Context } from '@deskgraph/common/database/context';
import { ticketListFilterToSql } from '../../model/filter/sql.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { filterFromJson } from '../../model/saved-filter/stored.ts';
import { findEscalationPaths } from './queries.ts';
import type { EscalationPath } from './path.ts';

/** The oldest path whose filter lets the ticket through; asked for the workspace, and not for who escalates. One statement for all paths. */
export async function escalationPathFor(
  ctx: Context,
  ticket: Ticket,
): Promise<EscalationPath | undefined> {
  const paths = await findEscalationPaths(ctx);
  if (!paths.length) return undefined;
  await ctx.em.flush();
  const actor = systemActor(ctx.workspace);
  const conditions = await Promise.all(
    paths.map(async (path) => {
      const filter = filterFromJson(path.filter);
      return sql`coalesce((${ticketListFilterToSql(filter, actor, await findFrequentTexts(ctx, filter))}), false)`;
    }),
  );
  const { rows } = await sql<{ fits: boolean[] }>`
    select array[${sql.join(conditions)}] as fits from ticket t where t.id = ${uuidOf('tkt', ticket.id)}::uuid`.execute(
    ctx.em.getKysely(),
  );
  return paths[rows[0]!.fits.indexOf(true)];
}
