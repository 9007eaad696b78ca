import { IdentityKind, normalizeIdentity } from '@deskgraph/common/auth/contact-identity';
import { Refusal } from '@deskgraph/common/core/errors';
import { newUuid, toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import type { SenderBlockInput, SenderBlockPayload } from './input.ts';

/** Addresses and domains together. */
const MAX_BLOCKED_SENDERS_PER_WORKSPACE = 10_000;
/** More addresses of one requester are not blocked. */
const MAX_ADDRESSES_PER_REQUESTER = 50;

/** Adds a sender to the block list or removes it; does nothing when there is nothing to change. */
export async function updateSenderBlock(
  ctx: Context,
  input: SenderBlockInput,
): Promise<SenderBlockPayload> {
  const address = normalizeBlockedAddress(input.address);
  if (input.block === false) await unblockAddress(ctx, address);
  else await blockAddresses(ctx, [address], 'address');
  return { address, userErrors: [] };
}

/** The normalized form of a mail address, or of `@domain` for all addresses of a domain. */
function normalizeBlockedAddress(input: string): string {
  const text = input.trim();
  const isDomain = text.startsWith('@');
  const address = normalizeIdentity(IdentityKind.EMAIL, isDomain ? `x${text}` : input);
  if (!address) throw new Refusal('INVALID', 'address');
  return isDomain ? address.slice(1) : address;
}

/** Adds the mail addresses of a requester to the block list. */
export async function blockRequester(
  ctx: Context,
  requesterId: string,
  field: string,
): Promise<void> {
  const identities = await execute(
    ctx,
    sql<{ value: string }>`
      select value from requester_identity
      where requester_id = ${uuidOf('cus', requesterId)}::uuid and kind = 'EMAIL'
      order by value limit ${sql.lit(MAX_ADDRESSES_PER_REQUESTER)}`,
  );
  if (!identities.length) throw new Refusal('INVALID', field);
  await blockAddresses(
    ctx,
    identities.map(({ value }) => value),
    field,
  );
}

interface BlockedSender {
  id: string;
  address: string;
}

async function blockAddresses(ctx: Context, addresses: string[], field: string): Promise<void> {
  const now = new Date();
  const added = await execute(
    ctx,
    sql<BlockedSender>`
      insert into blocked_sender (id, workspace_id, address, version, created_at, updated_at)
      select id, ${ctx.workspace}::uuid, address, 1, ${now}, ${now}
      from unnest(${addresses.map(newUuid)}::uuid[], ${addresses}::text[]) as t(id, address)
      on conflict (workspace_id, address) do nothing returning id, address`,
  );
  if (!added.length) return;
  const [total] = await execute(
    ctx,
    sql<{ count: number }>`
      select count(*)::integer as count from blocked_sender
      where workspace_id = ${ctx.workspace}::uuid`,
  );
  if (total!.count > MAX_BLOCKED_SENDERS_PER_WORKSPACE) throw new Refusal('LIMIT_REACHED', field);
  await appendEvents(
    ctx,
    added.map((sender) => senderEvent('sender.blocked', sender, 1)),
  );
}

async function unblockAddress(ctx: Context, address: string): Promise<void> {
  const removed = await execute(
    ctx,
    sql<BlockedSender>`
      delete from blocked_sender
      where workspace_id = ${ctx.workspace}::uuid and address = ${address}
      returning id, address`,
  );
  await appendEvents(
    ctx,
    removed.map((sender) => senderEvent('sender.unblocked', sender, 2)),
  );
}

const senderEvent = (
  type: 'sender.blocked' | 'sender.unblocked',
  { id, address }: BlockedSender,
  version: number,
): NewEvent => ({
  type,
  subject: { id: toId('blk', id), version },
  data: { address },
});

/** Refuses a caller who is a customer on the block list. */
export async function refuseBlockedCaller(ctx: Context): Promise<void> {
  if (ctx.actor.kind === 'customer') await refuseBlockedSender(ctx, ctx.actor.id, null);
}

/**
 * Refuses a message or ticket of a requester on the block list, also when an app sends it. Agents
 * may still open tickets for the requester.
 */
export async function refuseBlockedSender(
  ctx: Context,
  requesterId: string,
  field: string | null,
): Promise<void> {
  if (ctx.actor.kind === 'agent') return;
  const blocked = await execute(
    ctx,
    sql`
      select from requester_identity i join blocked_sender b
        on b.workspace_id = i.workspace_id
          and b.address in (i.value, '@' || split_part(i.value, '@', 2))
      where i.requester_id = ${uuidOf('cus', requesterId)}::uuid
        and i.workspace_id = ${ctx.workspace}::uuid and i.kind = 'EMAIL' limit 1`,
  );
  if (blocked.length) throw new Refusal('SENDER_BLOCKED', field);
}
