import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { newUuid, toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { normalizeBlockedAddress } from './address.ts';
import type { SenderBlockInput, SenderBlockPayload } from './input.ts';

/** Addresses and domains on the list of a workspace. */
const MOST = 10_000;

/** Puts a sender on the block list, or takes it off; what stands so already stays. */
export async function updateSenderBlock(
  ctx: Context,
  input: SenderBlockInput,
): Promise<SenderBlockPayload> {
  const address = normalizeBlockedAddress(input.address);
  await (input.block === false ? unlist(ctx, address) : list(ctx, [address], 'address'));
  return { address, userErrors: [] };
}

/** Puts the mail addresses of a requester on the list. */
export async function blockRequester(
  ctx: Context,
  requesterId: string,
  field: string,
): Promise<void> {
  const { rows } = await sql<{ value: string }>`
    select value from requester_identity where requester_id = ${uuidOf('cus', requesterId)}::uuid and kind = 'EMAIL' order by value limit 50
  `.execute(ctx.em.getKysely());
  if (!rows.length) throw new Refusal('INVALID', field);
  await list(
    ctx,
    rows.map(({ value }) => value),
    field,
  );
}

async function list(ctx: Context, addresses: string[], field: string): Promise<void> {
  const db = ctx.em.getKysely();
  const now = new Date();
  const { rows } = await sql<{ id: string; address: string }>`
    insert into blocked_sender (id, workspace_id, address, version, created_at, updated_at)
    select id, ${ctx.workspace}::uuid, address, 1, ${now}, ${now} from unnest(${addresses.map(newUuid)}::uuid[], ${addresses}::text[]) as t(id, address)
    on conflict (workspace_id, address) do nothing returning id, address`.execute(db);
  if (!rows.length) return;
  const all = await sql<{ count: number }>`
    select count(*)::integer as count from blocked_sender where workspace_id = ${ctx.workspace}::uuid`.execute(
    db,
  );
  if (all.rows[0]!.count > MOST) throw new Refusal('LIMIT_REACHED', field);
  await appendEvents(
    ctx,
    rows.map((row) => told('sender.blocked', row, 1)),
  );
}

async function unlist(ctx: Context, address: string): Promise<void> {
  const { rows } = await sql<{ id: string; address: string }>`
    delete from blocked_sender where workspace_id = ${ctx.workspace}::uuid and address = ${address} returning id, address`.execute(
    ctx.em.getKysely(),
  );
  await appendEvents(
    ctx,
    rows.map((row) => told('sender.unblocked', row, 2)),
  );
}

const told = (
  type: string,
  { id, address }: { id: string; address: string },
  version: number,
): NewEvent => ({
  type,
  subject: { id: toId('blk', id), version },
  data: { address },
});
