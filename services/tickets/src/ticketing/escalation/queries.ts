import { type Actor, isStaff } from '@deskgraph/common/auth/access';
import { systemActor } from '@deskgraph/common/auth/token';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, execute, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { ticketListFilterToSql } from '../../model/filter/sql.ts';
import { findFrequentTexts } from '../../model/filter/text.ts';
import { filterFromJson } from '../../model/saved-filter/saved-filter.ts';
import { canReadTickets } from '../../model/ticket/read-rights.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { EscalationPath } from './path.ts';

/** Staff who can read tickets see all escalation paths. A condition on `p`. */
const visibleEscalationPathSql = (actor: Actor): Condition =>
  isStaff(actor) && canReadTickets(actor)
    ? sql`p.workspace_id = ${actor.workspace}::uuid`
    : sql`false`;

const findByCondition = (ctx: Context, condition: Condition): Promise<EscalationPath[]> =>
  entities(
    ctx,
    EscalationPath,
    sql`
      select p.* from escalation_path p
      where ${condition} and ${visibleEscalationPathSql(ctx.actor)} order by p.created_at, p.id`,
  );

/** All escalation paths in the order in which their filters are tried: the oldest first. */
export const findEscalationPaths = (ctx: Context): Promise<EscalationPath[]> =>
  findByCondition(ctx, sql`true`);

/** An escalation path by id; null when the caller may not see it. */
export const escalationPathById = (ctx: Context, id: string): Promise<EscalationPath | null> =>
  ctx.load.byId('escalation path', id, (pathIds) =>
    findByCondition(ctx, sql`p.id = any(${ids('esc', pathIds)})`),
  );

/**
 * The oldest path whose filter matches the ticket. One statement evaluates all filters. They are
 * evaluated for the system actor: the path of a ticket does not depend on the caller's rights.
 */
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
      const frequentTexts = await findFrequentTexts(ctx, filter);
      return sql`coalesce((${ticketListFilterToSql(filter, { actor, frequentTexts })}), false)`;
    }),
  );
  const [row] = await execute(
    ctx,
    sql<{ matches: boolean[] }>`
      select array[${sql.join(conditions)}] as matches from ticket t
      where t.id = ${uuidOf('tkt', ticket.id)}::uuid`,
  );
  return paths[row!.matches.indexOf(true)];
}
