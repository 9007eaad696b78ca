import { hydrate, sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { TicketField } from '../../model/field/field.ts';

/** Fields of a workspace, so that the list of them needs no pages. */
const MOST = 100;

/** The field to change. While it is locked no ticket gets a value of it. */
export async function locked(ctx: Context, id: string): Promise<TicketField> {
  const field = await ctx.em.findOne(
    TicketField,
    { id, deletedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!field) throw new Refusal('NOT_FOUND', 'id');
  return field;
}

/** Refuses one more field than a workspace may have, and a key that another field has. Whoever else makes one waits. */
export async function refuseMore(ctx: Context, key: string): Promise<void> {
  const db = ctx.em.getKysely();
  await sql`select from workspace where id = ${ctx.workspace}::uuid for no key update`.execute(db);
  const { rows } = await sql<{ count: number; taken: boolean }>`
    select count(*)::integer as count, coalesce(bool_or(key = ${key}), false) as taken
    from ticket_field where workspace_id = ${ctx.workspace}::uuid and deleted_at is null`.execute(
    db,
  );
  if (rows[0]!.taken) throw new Refusal('TAKEN', 'key');
  if (rows[0]!.count >= MOST) throw new Refusal('LIMIT_REACHED');
}

/** The fields that tickets can get values of; they stay as they are until the transaction ends. */
export const lockFieldsForShare = (ctx: Context): Promise<TicketField[]> =>
  ctx.load.byParent(
    'held fields',
    ctx.workspace,
    () => hold(ctx),
    ({ workspaceId }) => workspaceId,
  );

async function hold(ctx: Context): Promise<TicketField[]> {
  const { rows } = await sql`
    select * from ticket_field where workspace_id = ${ctx.workspace}::uuid and deleted_at is null order by id for key share`.execute(
    ctx.em.getKysely(),
  );
  return hydrate(ctx.orm, TicketField, rows);
}
