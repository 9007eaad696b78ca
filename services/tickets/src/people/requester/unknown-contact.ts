import type { Identity } from '@deskgraph/common/auth/contact-identity';
import { toId, uuidFromName } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';

/** A contact who is not a known customer yet. */
export interface UnknownContact {
  id: string;
  name: string;
  identity: Identity;
}

/**
 * The id of the customer with an identity that no customer has yet. All services derive the same
 * id, so the customers service creates the customer under it.
 */
export const deterministicCustomerId = (workspace: string, { kind, value }: Identity): string =>
  toId('cus', uuidFromName(workspace, `${kind}:${value}`));

/** The event from which the customers service creates the customer. */
export const requesterDiscoveredEvent = ({ id, name, identity }: UnknownContact): NewEvent => ({
  type: 'requester.met',
  subject: { id, version: 1 },
  data: { id, ...identity, name },
});

/**
 * Stores unknown contacts as requesters with one statement per table. All transactions insert in
 * the order of the identities, so that they do not deadlock.
 */
export async function insertUnknownContacts(
  ctx: Context,
  contacts: readonly UnknownContact[],
): Promise<void> {
  if (!contacts.length) return;
  const sorted = contacts.toSorted((a, b) => (a.identity.value < b.identity.value ? -1 : 1));
  const contactIds = ids('cus', sorted);
  const names = sorted.map(({ name }) => name);
  const kinds = sorted.map(({ identity }) => identity.kind);
  const values = sorted.map(({ identity }) => identity.value);
  await execute(
    ctx,
    sql`
      insert into requester (id, workspace_id, name)
      select id, ${ctx.workspace}::uuid, name
      from unnest(${contactIds}, ${names}::text[]) as contact(id, name)
      on conflict (id) do nothing`,
  );
  await execute(
    ctx,
    sql`
      insert into requester_identity (workspace_id, kind, value, requester_id)
      select ${ctx.workspace}::uuid, kind, value, id
      from unnest(${contactIds}, ${kinds}::text[], ${values}::text[]) as contact(id, kind, value)
      on conflict (workspace_id, kind, value) do update set requester_id = excluded.requester_id`,
  );
}
