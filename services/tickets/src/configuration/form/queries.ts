import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, execute, ids } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { fieldById } from '../../model/field/queries.ts';
import { canReadTickets, canSeeOnHold } from '../../model/ticket/read-rights.ts';
import { fieldIdsInCondition } from './condition.ts';
import { fieldsVisibleTo } from './form-fields.ts';
import { type FormField, TicketForm } from './form.ts';

/** The forms that the actor may see, as a condition on `f`; requesters see the public ones. */
function visibleFormSql(actor: Actor): Condition {
  if (!canReadTickets(actor)) return sql`false`;
  const inWorkspace = sql`f.workspace_id = ${actor.workspace}::uuid`;
  return canSeeOnHold(actor) ? sql`${inWorkspace}` : sql`${inWorkspace} and f.public`;
}

/** All forms with which the caller can create tickets, by name. */
export const findForms = (ctx: Context): Promise<TicketForm[]> =>
  formsWhere(ctx, sql`f.deleted_at is null`);

/** Also finds a deleted form, because tickets that were created with it keep it. */
export const formById = (ctx: Context, id: string): Promise<TicketForm | null> =>
  ctx.load.byId('form', id, (formIds) => formsWhere(ctx, sql`f.id = any(${ids('frm', formIds)})`));

const formsWhere = (ctx: Context, condition: Condition): Promise<TicketForm[]> =>
  entities(
    ctx,
    TicketForm,
    sql`
      select f.* from ticket_form f where ${condition} and ${visibleFormSql(ctx.actor)}
      order by lower(f.name), f.id`,
  );

/** The fields of the form that are visible to the caller. */
export async function visibleFormFields(
  ctx: Context,
  { fields: formFields }: TicketForm,
): Promise<FormField[]> {
  const fieldIds = new Set(
    formFields.flatMap(({ fieldId, showWhen }) => [
      fieldId,
      ...(showWhen ? fieldIdsInCondition(showWhen) : []),
    ]),
  );
  const fields = await Promise.all([...fieldIds].map((id) => fieldById(ctx, id)));
  return fieldsVisibleTo(
    ctx.actor,
    formFields,
    new Map(fields.flatMap((field) => (field ? [[field.id, field]] : []))),
  );
}

/**
 * Checks the form that an input names and returns its id; refused with NOT_FOUND unless it is
 * visible to the caller and not deleted. The row is locked FOR KEY SHARE until the transaction
 * ends, so that the form is not deleted while a ticket is created with it.
 */
export async function requireForm(ctx: Context, id: string, field: string): Promise<string> {
  if (!(await isFormAvailable(ctx, id, visibleFormSql(ctx.actor))))
    throw new Refusal('NOT_FOUND', field);
  return id;
}

/**
 * Whether tickets can be created with the form: it meets the condition on `f` and is not deleted.
 * The row is locked as in `requireForm`.
 */
export async function isFormAvailable(
  ctx: Context,
  id: string,
  condition: Condition = sql`true`,
): Promise<boolean> {
  const available = await execute(
    ctx,
    sql`
      select from ticket_form f
      where f.id = ${uuidOf('frm', id)}::uuid and f.workspace_id = ${ctx.workspace}::uuid
        and f.deleted_at is null and ${condition} for key share`,
  );
  return available.length > 0;
}
