import { createHash } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import type { Context } from '../database/context.ts';
import type { EntityManager } from '../database/database.ts';
import { crossWorkspaceRowSecurity } from '../events/tables.ts';
import { refuseUnstorable } from './input.ts';

/** How long a key returns its first result. */
export const IDEMPOTENCY_TTL = '24 hours';
const MAX_KEY_LENGTH = 255;

export interface IdempotentInput {
  idempotencyKey?: string | null;
}

/** A payload as stored: ids of entities, and plain values. */
type StoredPayload = Record<string, { id: string } | { value: unknown }>;

/**
 * Runs a mutation with an idempotency key. The same key and input return the first result, also
 * when both calls arrive at the same time; another input is refused.
 */
export async function runIdempotent(
  ctx: Context,
  operation: string,
  input: IdempotentInput,
  resolve: () => unknown,
): Promise<unknown> {
  const key = input.idempotencyKey!;
  if (key.length < 1 || key.length > MAX_KEY_LENGTH)
    throw new Refusal(key.length ? 'TOO_LONG' : 'INVALID', 'idempotencyKey');
  refuseUnstorable(key, ['input', 'idempotencyKey']);
  const digest = createHash('sha256').update(operation).update(JSON.stringify(input)).digest();
  let earlier: StoredPayload | undefined;
  const payload = await ctx.write(async (em) => {
    earlier = await claimKey(em, ctx, key, digest);
    if (earlier) return null;
    const result = (await resolve()) as Record<string, unknown>;
    await em.flush();
    await storePayload(em, ctx, key, result);
    return result;
  });
  return earlier ? await loadPayload(ctx, earlier) : payload;
}

/**
 * Claims the key for this transaction; waits while another transaction holds it. Returns the stored
 * payload if the key has one.
 */
async function claimKey(
  em: EntityManager,
  ctx: Context,
  key: string,
  digest: Buffer,
): Promise<StoredPayload | undefined> {
  const primaryKey = [ctx.workspace, ctx.actor.id, key];
  for (;;) {
    const [claimed] = await em.execute<{ key: string }[]>(
      `insert into idempotency (workspace_id, actor_id, key, digest, created_at)
       values (?, ?, ?, ?, now())
       on conflict (workspace_id, actor_id, key)
         do update set digest = excluded.digest, result = null, created_at = now()
         where idempotency.created_at < now() - interval '${IDEMPOTENCY_TTL}' returning key`,
      [...primaryKey, digest],
    );
    if (claimed) return undefined;
    const [existing] = await em.execute<{ digest: Buffer; result: StoredPayload | null }[]>(
      'select digest, result from idempotency where workspace_id = ? and actor_id = ? and key = ?',
      primaryKey,
    );
    if (existing && !existing.digest.equals(digest))
      throw new Refusal('IDEMPOTENCY_MISMATCH', 'idempotencyKey');
    if (existing?.result) return existing.result;
  }
}

function storePayload(
  em: EntityManager,
  ctx: Context,
  key: string,
  payload: Record<string, unknown>,
): Promise<unknown> {
  const stored = Object.fromEntries(
    Object.entries(payload)
      .filter(([name]) => name !== 'userErrors')
      .map(([name, value]) => [name, hasId(value) ? { id: value.id } : { value }]),
  );
  return em.execute(
    'update idempotency set result = ? where workspace_id = ? and actor_id = ? and key = ?',
    [JSON.stringify(stored), ctx.workspace, ctx.actor.id, key],
  );
}

const hasId = (value: unknown): value is { id: string } =>
  value !== null && typeof value === 'object' && 'id' in value;

/** The payload with its entities as they are now. */
async function loadPayload(ctx: Context, stored: StoredPayload): Promise<unknown> {
  const fields = await Promise.all(
    Object.entries(stored).map(
      async ([name, field]) =>
        [name, 'id' in field ? await ctx.findById(field.id) : field.value] as const,
    ),
  );
  return { ...Object.fromEntries(fields), userErrors: [] };
}

/** The table of idempotency keys; migrations add its row security. */
export const idempotencyTable = `
  create table idempotency (
    workspace_id uuid not null, actor_id text not null, key text not null, digest bytea not null,
    result jsonb, created_at timestamptz not null, primary key (workspace_id, actor_id, key)
  );
  create index idempotency_age on idempotency (created_at);`;

/** Gives the cleanup, which works for all workspaces, access to the keys. */
export const idempotencyCleanupPolicy = `
  drop policy workspace on idempotency; ${crossWorkspaceRowSecurity('idempotency')}`;
