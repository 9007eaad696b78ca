import { createHash } from 'node:crypto';
import type { EntityManager } from '../database/database.ts';
import { Refusal } from '../core/errors.ts';
import { crossWorkspaceRowSecurity } from '../events/tables.ts';
import { isConcurrencyConflict } from '../core/database-errors.ts';
import { refuseUnstorable } from './input.ts';
import type { Context } from '../database/context.ts';

/** So long the same key gives the same result. */
export const IDEMPOTENCY_TTL = '24 hours';

/**
 * One Mutation field: a transaction around the verb. A refusal becomes the payload's `userErrors`, and nothing was changed. With an
 * `idempotencyKey` the same input gives the first result again, also when both arrive at once.
 */
export async function runMutation(
  context: Context,
  operation: string,
  input: { idempotencyKey?: string | null },
  verb: () => unknown,
): Promise<unknown> {
  try {
    return await retryOnConflict(() => attempt(context, operation, input, verb));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...error.payload, userErrors: error.errors };
  }
}

function attempt(
  context: Context,
  operation: string,
  input: { idempotencyKey?: string | null },
  verb: () => unknown,
): Promise<unknown> {
  const key = input.idempotencyKey;
  if (typeof key !== 'string') return context.write(async () => verb());
  if (key.length < 1 || key.length > 255)
    throw new Refusal(key.length ? 'TOO_LONG' : 'INVALID', 'idempotencyKey');
  refuseUnstorable(key, ['input', 'idempotencyKey']);
  return once(context, operation, key, input, verb);
}

const ATTEMPTS = 4;

/**
 * Thrown by a verb that must wait for something outside of the database. Its transaction is rolled back, so that nobody waits with a connection
 * in hand, and the verb runs again once `ready` has resolved.
 */
export class RetryWhenReady extends Error {
  constructor(readonly ready: () => Promise<unknown>) {
    super('waits');
  }
}

/** A transaction that lost a race, or must wait, was rolled back whole and runs again. */
export async function retryOnConflict<T>(work: () => Promise<T>, attempts = ATTEMPTS): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (attempts <= 1 || !(error instanceof RetryWhenReady || isConcurrencyConflict(error)))
      throw error;
    if (error instanceof RetryWhenReady) await error.ready();
    return retryOnConflict(work, attempts - 1);
  }
}

async function once(
  context: Context,
  operation: string,
  key: string,
  input: object,
  verb: () => unknown,
): Promise<unknown> {
  const digest = createHash('sha256').update(operation).update(JSON.stringify(input)).digest();
  let earlier: StoredResult | undefined;
  const payload = await context.write(async (em) => {
    earlier = await claim(em, context, key, digest);
    if (earlier) return null;
    const result = (await verb()) as Record<string, unknown>;
    await em.flush();
    await keep(em, context, key, result);
    return result;
  });
  return earlier ? await replay(context, earlier) : payload;
}

/** A payload as it is kept: ids of things, and plain values. */
type StoredResult = Record<string, { id: string } | { value: unknown }>;

/** Takes the key for this transaction; while another holds it, waits for its end. Gives what the key stands for when it is known already. */
async function claim(
  em: EntityManager,
  context: Context,
  key: string,
  digest: Buffer,
): Promise<StoredResult | undefined> {
  const where = [context.workspace, context.actor.id, key];
  for (;;) {
    const [taken] = await em.execute<{ key: string }[]>(
      `insert into idempotency (workspace_id, actor_id, key, digest, created_at) values (?, ?, ?, ?, now())
       on conflict (workspace_id, actor_id, key) do update set digest = excluded.digest, result = null, created_at = now()
       where idempotency.created_at < now() - interval '${IDEMPOTENCY_TTL}' returning key`,
      [...where, digest],
    );
    if (taken) return undefined;
    const [known] = await em.execute<{ digest: Buffer; result: StoredResult | null }[]>(
      'select digest, result from idempotency where workspace_id = ? and actor_id = ? and key = ?',
      where,
    );
    if (known && !known.digest.equals(digest))
      throw new Refusal('IDEMPOTENCY_MISMATCH', 'idempotencyKey');
    if (known?.result) return known.result;
  }
}

function keep(
  em: EntityManager,
  context: Context,
  key: string,
  payload: Record<string, unknown>,
): Promise<unknown> {
  const result = Object.fromEntries(
    Object.entries(payload)
      .filter(([name]) => name !== 'userErrors')
      .map(([name, value]) => [name, hasId(value) ? { id: value.id } : { value }]),
  );
  return em.execute(
    'update idempotency set result = ? where workspace_id = ? and actor_id = ? and key = ?',
    [JSON.stringify(result), context.workspace, context.actor.id, key],
  );
}

const hasId = (value: unknown): value is { id: string } =>
  value !== null && typeof value === 'object' && 'id' in value;

async function replay(context: Context, result: StoredResult): Promise<unknown> {
  const fields = await Promise.all(
    Object.entries(result).map(
      async ([name, kept]) =>
        [name, 'id' in kept ? await context.findById(kept.id) : kept.value] as const,
    ),
  );
  return { ...Object.fromEntries(fields), userErrors: [] };
}

/** The statements that make the table of idempotency keys; row security is added by the migration. */
export const idempotencyTable = `
  create table idempotency (
    workspace_id uuid not null, actor_id text not null, key text not null, digest bytea not null, result jsonb, created_at timestamptz not null,
    primary key (workspace_id, actor_id, key)
  );
  create index idempotency_age on idempotency (created_at);`;

/** Lets a session of all workspaces (`*`) see their keys, so that old ones can be deleted together; for a migration. */
export const idempotencyCleanupPolicy = `drop policy workspace on idempotency; ${crossWorkspaceRowSecurity('idempotency')}`;
