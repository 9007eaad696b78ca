import type { Actor } from '@deskgraph/common/auth/access';
import { Role } from '@deskgraph/common/auth/access';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { MessageVisibility } from '../../model/message/message.ts';
import { clockOf } from './clock.ts';
import { Presence, PresenceActivity } from './presence.ts';

/** A row of `presence`, as `p`. */
export const COLUMNS = sql.raw(
  'p.ticket_id, p.actor_kind, p.actor_id, p.actor_name, p.activity, p.visibility, p.since',
);

export const presenceOf = (row: Record<string, unknown>): Presence =>
  Object.assign(new Presence(), {
    ticketId: toId('tkt', row['ticket_id'] as string),
    actorKind: row['actor_kind'],
    actorId: row['actor_id'],
    actorName: row['actor_name'],
    activity: row['activity'],
    visibility: row['visibility'],
    since: new Date(row['since'] as string),
  });

/** Who is on a ticket that the caller sees, the longest first; one statement for all tickets. */
export async function viewersOf(ctx: Context, ticketId: string): Promise<Presence[]> {
  const there = await ctx.load.byParent(
    'viewers',
    ticketId,
    (ids) => read(ctx, ids),
    (presence) => presence.ticketId,
  );
  return shownTo(ctx.actor, there);
}

/**
 * Those whom the actor may know of: everybody for staff. For requesters nobody looks, nobody writes notes, and customers are not there; what is
 * left is the colleague who is about to answer.
 */
export function shownTo(actor: Actor, viewers: readonly Presence[]): Presence[] {
  if (actor.role !== Role.REQUESTER) return [...viewers];
  return viewers.filter(
    ({ actorKind, activity, visibility }) =>
      actorKind !== 'customer' &&
      activity === PresenceActivity.TYPING &&
      visibility === MessageVisibility.PUBLIC,
  );
}

async function read(ctx: Context, ids: string[]): Promise<Presence[]> {
  const em = await ctx.read();
  const { rows } = await sql<Record<string, unknown>>`
    select ${COLUMNS} from presence p
    where p.workspace_id = ${ctx.workspace}::uuid and p.ticket_id = any(${uuidArray('tkt', ids)}) and p.until > ${clockOf(ctx.orm).now()}
    order by p.since, p.actor_id`.execute(em.getKysely());
  return rows.map(presenceOf);
}
