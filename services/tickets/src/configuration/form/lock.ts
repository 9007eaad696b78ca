import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { TicketForm } from './form.ts';

/** Forms of a workspace, so that the list of them needs no pages. */
const MOST = 100;

/** The form to change. While it is locked no ticket is made with it. */
export async function locked(ctx: Context, id: string): Promise<TicketForm> {
  const form = await ctx.em.findOne(
    TicketForm,
    { id, deletedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!form) throw new Refusal('NOT_FOUND', 'id');
  return form;
}

/** Refuses one more than a workspace may have. Whoever else makes one waits. */
export async function refuseMore(ctx: Context): Promise<void> {
  await sql`select from workspace where id = ${ctx.workspace}::uuid for no key update`.execute(
    ctx.em.getKysely(),
  );
  if ((await ctx.em.count(TicketForm, { deletedAt: null })) >= MOST)
    throw new Refusal('LIMIT_REACHED');
}

/** Refuses a name that another form has, in whatever letters. */
export async function refuseTaken(ctx: Context, name: string, id?: string): Promise<void> {
  const { rows } = await sql`
    select from ticket_form
    where workspace_id = ${ctx.workspace}::uuid and lower(name) = lower(${name}) and deleted_at is null
      and not id = any(${uuids('frm', id ? [id] : [])})`.execute(ctx.em.getKysely());
  if (rows.length) throw new Refusal('TAKEN', 'name');
}
