import { hydrate, sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { CustomStatus } from './status.ts';

/** Custom statuses of a workspace, so that the list of them needs no pages. */
const MOST = 100;

/** The custom status to change. While it is locked no ticket gets it. */
export async function locked(ctx: Context, id: string): Promise<CustomStatus> {
  const status = await ctx.em.findOne(
    CustomStatus,
    { id, deletedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!status) throw new Refusal('NOT_FOUND', 'id');
  return status;
}

/** Refuses one more than a workspace may have. Whoever else makes one waits. */
export async function refuseMore(ctx: Context): Promise<void> {
  await sql`select from workspace where id = ${ctx.workspace}::uuid for no key update`.execute(
    ctx.em.getKysely(),
  );
  if ((await ctx.em.count(CustomStatus, { deletedAt: null })) >= MOST)
    throw new Refusal('LIMIT_REACHED');
}

/** Refuses a label that another one has, in whatever letters. */
export async function refuseTaken(ctx: Context, label: string, id?: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from custom_status
    where workspace_id = ${ctx.workspace}::uuid and lower(label) = lower(${label}) and deleted_at is null
      and not id = any(${uuids('sta', id ? [id] : [])})`.execute(ctx.em.getKysely());
  if (rows.length) throw new Refusal('TAKEN', 'label');
}

/** Those of them that tickets can still get; they stay until the transaction ends. */
export async function lockCustomStatusesForShare(
  ctx: Context,
  ids: readonly string[],
): Promise<CustomStatus[]> {
  const found = await Promise.all(
    ids.map((id) => ctx.load.byId('held custom status', id, (all) => hold(ctx, all))),
  );
  return found.filter((status) => status !== null);
}

async function hold(ctx: Context, ids: readonly string[]): Promise<CustomStatus[]> {
  const { rows } = await sql<object>`
    select * from custom_status where id = any(${uuids('sta', ids)}) and workspace_id = ${ctx.workspace}::uuid and deleted_at is null
    order by id for key share`.execute(ctx.em.getKysely());
  return hydrate(ctx.orm, CustomStatus, rows);
}
