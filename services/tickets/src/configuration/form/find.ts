import type { Actor } from '@deskgraph/common/auth/access';
import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { reads, readsOnHold } from '../../model/ticket/read-rights.ts';
import { fieldById } from '../../model/field/find.ts';
import { fieldIdsInCondition } from './condition.ts';
import { type FormField, TicketForm } from './form.ts';
import { fieldsVisibleTo } from './visible-fields.ts';

/** The forms that exist for the actor, as a condition on `f`: requesters have those that are offered to them. */
function visible(actor: Actor): Condition {
  if (!reads(actor)) return sql`false`;
  const home = sql`f.workspace_id = ${actor.workspace}::uuid`;
  return readsOnHold(actor) ? sql`${home}` : sql`${home} and f.public`;
}

/** All forms that the caller can make tickets with, by name. */
export const findForms = (ctx: Context): Promise<TicketForm[]> =>
  byCondition(ctx, sql`f.deleted_at is null`);

/** Also one that is deleted: tickets that were made with it name it. */
export const formById = (ctx: Context, id: string): Promise<TicketForm | null> =>
  ctx.load.byId('form', id, (ids) => byCondition(ctx, sql`f.id = any(${uuids('frm', ids)})`));

async function byCondition(ctx: Context, condition: Condition): Promise<TicketForm[]> {
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select f.* from ticket_form f where ${condition} and ${visible(ctx.actor)} order by lower(f.name), f.id`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, TicketForm, rows);
}

/** The fields of a form, as far as the caller has them in it. */
export async function visibleFormFields(
  ctx: Context,
  { fields }: TicketForm,
): Promise<FormField[]> {
  const ids = new Set(
    fields.flatMap(({ fieldId, showWhen }) => [
      fieldId,
      ...(showWhen ? fieldIdsInCondition(showWhen) : []),
    ]),
  );
  const found = await Promise.all([...ids].map((id) => fieldById(ctx, id)));
  return fieldsVisibleTo(
    ctx.actor,
    fields,
    new Map(found.flatMap((field) => (field ? [[field.id, field]] : []))),
  );
}

/** The form that an input names; held until the transaction ends, so that it is not deleted with this ticket made with it. */
export async function requireForm(ctx: Context, id: string, field: string): Promise<string> {
  if (!(await isFormAvailable(ctx, id, visible(ctx.actor)))) throw new Refusal('NOT_FOUND', field);
  return id;
}

/** Can tickets still be made with this form? `among` bounds for whom. */
export async function isFormAvailable(
  ctx: Context,
  id: string,
  among: Condition = sql`true`,
): Promise<boolean> {
  const { rows } = await sql`
    select from ticket_form f where f.id = ${uuidOf('frm', id)}::uuid and f.workspace_id = ${ctx.workspace}::uuid and f.deleted_at is null
      and ${among} for key share`.execute(ctx.em.getKysely());
  return rows.length > 0;
}
