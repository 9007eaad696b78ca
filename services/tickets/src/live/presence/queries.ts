import type { Actor } from '@deskgraph/common/auth/access';
import { Role } from '@deskgraph/common/auth/access';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { ids, rows } from '@deskgraph/common/database/query';
import { MessageVisibility } from '../../model/message/message.ts';
import { presenceClockOf } from './clock.ts';
import { Presence, PresenceActivity } from './presence.ts';

/** The columns of `presence p` that `presenceFromRow` reads. */
export const PRESENCE_COLUMNS = sql.raw(
  'p.ticket_id, p.actor_kind, p.actor_id, p.actor_name, p.activity, p.visibility, p.since',
);

export const presenceFromRow = (row: Record<string, unknown>): Presence =>
  Object.assign(new Presence(), {
    ticketId: toId('tkt', row['ticket_id'] as string),
    actorKind: row['actor_kind'],
    actorId: row['actor_id'],
    actorName: row['actor_name'],
    activity: row['activity'],
    visibility: row['visibility'],
    since: new Date(row['since'] as string),
  });

/**
 * The presence on a ticket that the caller may see, longest first; one statement for all tickets of
 * a request. The caller has to have access to the ticket.
 */
export async function findViewers(ctx: Context, ticketId: string): Promise<Presence[]> {
  const viewers = await ctx.load.byParent(
    'viewers',
    ticketId,
    (ticketIds) => findPresence(ctx, ticketIds),
    (presence) => presence.ticketId,
  );
  return visiblePresence(ctx.actor, viewers);
}

/**
 * The presence that the actor may see. Staff see all of it. Requesters see only staff who type a
 * public reply.
 */
export function visiblePresence(actor: Actor, viewers: readonly Presence[]): Presence[] {
  if (actor.role !== Role.REQUESTER) return [...viewers];
  return viewers.filter(
    ({ actorKind, activity, visibility }) =>
      actorKind !== 'customer' &&
      activity === PresenceActivity.TYPING &&
      visibility === MessageVisibility.PUBLIC,
  );
}

async function findPresence(ctx: Context, ticketIds: string[]): Promise<Presence[]> {
  const presenceRows = await rows(
    ctx,
    sql<Record<string, unknown>>`
      select ${PRESENCE_COLUMNS} from presence p
      where p.workspace_id = ${ctx.workspace}::uuid
        and p.ticket_id = any(${ids('tkt', ticketIds)})
        and p.until > ${presenceClockOf(ctx.orm).now()}
      order by p.since, p.actor_id`,
  );
  return presenceRows.map(presenceFromRow);
}
