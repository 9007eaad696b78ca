import type { Actor } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { canReadTickets, canSeeOnHold } from '../ticket/read-rights.ts';
import { TicketField } from './field.ts';

/**
 * The fields that the actor may see, as a condition on `f`. Every list and look-up applies it;
 * requesters see the fields that are visible to requesters.
 */
export function visibleFieldSql(actor: Actor): Condition {
  if (!canReadTickets(actor)) return sql`false`;
  const inWorkspace = sql`f.workspace_id = ${actor.workspace}::uuid`;
  return canSeeOnHold(actor) ? sql`${inWorkspace}` : sql`${inWorkspace} and f.visible_to_requester`;
}

/** All fields that are not deleted, by label. */
export const findFields = (ctx: Context): Promise<TicketField[]> =>
  fieldsWhere(ctx, sql`f.deleted_at is null`);

/** Also finds a deleted field, because tickets keep their values of it. */
export const fieldById = (ctx: Context, id: string): Promise<TicketField | null> =>
  ctx.load.byId('field', id, (fieldIds) =>
    fieldsWhere(ctx, sql`f.id = any(${ids('fld', fieldIds)})`),
  );

const fieldsWhere = (ctx: Context, condition: Condition): Promise<TicketField[]> =>
  entities(
    ctx,
    TicketField,
    sql`
      select f.* from ticket_field f where ${condition} and ${visibleFieldSql(ctx.actor)}
      order by lower(f.label), f.id`,
  );
