import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { reads, readsOnHold } from '../ticket/read-rights.ts';
import { TicketField } from './field.ts';

/** The fields that exist for the actor, as a condition on `f`: every list and look-up goes through it. Requesters have only what is shown to them. */
export function visibleFieldSql(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const home = sql`f.workspace_id = ${actor.workspace}::uuid`;
  return readsOnHold(actor) ? sql`${home}` : sql`${home} and f.visible_to_requester`;
}

/** All fields that tickets can have values of, by label. */
export const findFields = (ctx: Context): Promise<TicketField[]> =>
  byCondition(ctx, sql`f.deleted_at is null`);

async function byCondition(ctx: Context, condition: Condition): Promise<TicketField[]> {
  const em = await ctx.read();
  const { rows } =
    await sql`select f.* from ticket_field f where ${condition} and ${visibleFieldSql(ctx.actor)} order by lower(f.label), f.id`.execute(
      em.getKysely(),
    );
  return hydrate(ctx.orm, TicketField, rows);
}

/** Also one that is deleted: tickets go on having its values. */
export const fieldById = (ctx: Context, id: string): Promise<TicketField | null> =>
  ctx.load.byId('field', id, (ids) => byCondition(ctx, sql`f.id = any(${uuids('fld', ids)})`));
