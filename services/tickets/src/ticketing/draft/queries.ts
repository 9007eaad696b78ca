import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import { Draft } from './draft.ts';

const MAX_DRAFTS_PER_TICKET = 100;

/** The drafts of a ticket that the caller wrote or colleagues share, last saved first. */
export const draftsOfTicket = (ctx: Context, ticketId: string): Promise<Draft[]> =>
  ctx.load.byParent(
    'drafts',
    ticketId,
    (ticketIds) => {
      const { workspace, id } = ctx.actor;
      return entities(
        ctx,
        Draft,
        sql`
          select drafts.* from unnest(${ids('tkt', ticketIds)}) as t(id) cross join lateral (
            select d.* from draft d where d.ticket_id = t.id and d.workspace_id = ${workspace}::uuid
              and (d.shared or d.author_id = ${uuidOf('agt', id)}::uuid)
            order by d.updated_at desc, d.id limit ${MAX_DRAFTS_PER_TICKET}) drafts`,
      );
    },
    (draft) => draft.ticketId,
  );
