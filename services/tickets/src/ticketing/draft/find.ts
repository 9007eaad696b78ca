import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Draft } from './draft.ts';

/** A ticket shows so many; hardly anybody has more colleagues who write there at once. */
const OF_TICKET = 100;

/** One's own, and what colleagues let others read. A condition on `d`, for those who answer. */
const visible = ({ workspace, id }: Actor): Condition =>
  sql`(d.workspace_id = ${workspace}::uuid and (d.shared or d.author_id = ${uuidOf('agt', id)}::uuid))`;

/** The drafts of a ticket, those last saved first. */
export const ofTicket = (ctx: Context, ticketId: string): Promise<Draft[]> =>
  ctx.load.byParent(
    'drafts',
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<object>`
        select found.* from unnest(${uuids('tkt', ids)}) as owner(id) cross join lateral (
          select d.* from draft d where d.ticket_id = owner.id and ${visible(ctx.actor)} order by d.updated_at desc, d.id limit ${OF_TICKET}
        ) found`.execute(em.getKysely());
      return hydrate(ctx.orm, Draft, rows);
    },
    ({ ticketId: of }) => of,
  );
