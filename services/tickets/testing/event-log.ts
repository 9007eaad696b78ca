import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Desk } from './desk.ts';
import type { UnloggedChange } from './unlogged-changes.ts';

/** The tickets of a workspace whose row differs from the state in their last event. */
export async function fetchUnloggedChanges({
  service,
  workspace,
}: Pick<Desk, 'service' | 'workspace'>): Promise<UnloggedChange[]> {
  const response = await fetch(`${service.url}/testing/unlogged-changes/${workspace}`);
  return (await response.json()) as UnloggedChange[];
}

/**
 * Waits until all events of a workspace are in the event log; their cursors do not change from then
 * on.
 */
export async function waitForEventLog({
  service,
  workspace,
}: Pick<Desk, 'service' | 'workspace'>): Promise<void> {
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  try {
    while ((await owner.query('select from outbox where workspace_id = $1', [workspace])).rowCount)
      await sleep(5);
  } finally {
    await owner.end();
  }
}

/** JSON with sorted keys, so that equal values give equal texts. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, nested: unknown) =>
    nested && typeof nested === 'object' && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  );
}
