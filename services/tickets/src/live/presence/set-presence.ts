import { Refusal } from '@deskgraph/common/core/errors';
import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { refuseVisibility } from '../../ticketing/message/write.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { presenceClockOf } from './clock.ts';
import type { PresenceSetInput, PresenceSetPayload } from './input.ts';
import { PresenceActivity } from './presence.ts';
import { PRESENCE_CHANNEL, presenceKey } from './channel.ts';

/** How long a presence lasts after the last call. */
export const PRESENCE_TTL_SECONDS = 30;

interface Said {
  /** Whether anything visible has changed. A renewal changes nothing visible. */
  changed: boolean;
  /** Whether a new person has arrived. */
  came: boolean;
}

/** Sets the presence of the caller on a ticket. A person has one presence on all devices; the last call counts. */
export async function setPresence(
  ctx: Context,
  { ticketId, activity, visibility }: PresenceSetInput,
): Promise<PresenceSetPayload> {
  const { actor } = ctx;
  const shown =
    actor.kind === 'customer'
      ? MessageVisibility.PUBLIC
      : (visibility ?? MessageVisibility.PRIVATE);
  refuseVisibility(actor, shown);
  const said =
    activity === PresenceActivity.AWAY
      ? await leave(ctx, ticketId)
      : await stay(ctx, ticketId, activity, shown);
  if (!said) throw new Refusal('NOT_FOUND', 'ticketId');
  if (said.came) await sweep(ctx);
  if (said.changed) await tell(ctx, ticketId);
  return { ticketId, userErrors: [] };
}

/** Null when the ticket does not exist for the caller. */
async function stay(
  ctx: Context,
  ticketId: string,
  activity: PresenceActivity,
  visibility: MessageVisibility,
): Promise<Said | undefined> {
  const { kind, id, name } = ctx.actor;
  const { rows } = await sql<Said>`
    with clock as (select ${presenceClockOf(ctx.orm).now()}::timestamptz(3) as now),
    said as (
      insert into presence as p (workspace_id, ticket_id, actor_id, actor_kind, actor_name, activity, visibility, since, until)
      select t.workspace_id, t.id, ${id}, ${kind}, ${name}, ${activity}, ${visibility}, clock.now, clock.now + ${PRESENCE_TTL_SECONDS} * interval '1 second'
      from ticket t, clock where t.id = ${uuidOf('tkt', ticketId)}::uuid and ${visibleTicketSql(ctx.actor)}
      on conflict (workspace_id, ticket_id, actor_id) do update set
        actor_name = excluded.actor_name, activity = excluded.activity, visibility = excluded.visibility, until = excluded.until,
        since = case when p.until > excluded.since and (p.activity, p.visibility) = (excluded.activity, excluded.visibility)
          then p.since else excluded.since end
      returning since, xmax = 0 as came)
    select said.since = clock.now as changed, said.came from said, clock`.execute(
    ctx.em.getKysely(),
  );
  return rows[0];
}

async function leave(ctx: Context, ticketId: string): Promise<Said | undefined> {
  const { rows } = await sql<Said>`
    with found as (select t.id from ticket t where t.id = ${uuidOf('tkt', ticketId)}::uuid and ${visibleTicketSql(ctx.actor)}),
    gone as (
      delete from presence p using found
      where p.workspace_id = ${ctx.workspace}::uuid and p.ticket_id = found.id and p.actor_id = ${ctx.actor.id}
      returning p.until > ${presenceClockOf(ctx.orm).now()} as was_there)
    select coalesce((select was_there from gone), false) as changed, false as came from found`.execute(
    ctx.em.getKysely(),
  );
  return rows[0];
}

/** Deletes expired presence of the workspace. Skips locked rows, which another call deletes or renews. */
async function sweep(ctx: Context): Promise<void> {
  const own = sql`workspace_id = ${ctx.workspace}::uuid`;
  await sql`
    delete from presence where ${own} and (ticket_id, actor_id) in (
      select ticket_id, actor_id from presence where ${own} and until <= ${presenceClockOf(ctx.orm).now()} for update skip locked)`.execute(
    ctx.em.getKysely(),
  );
}

const tell = (ctx: Context, ticketId: string): Promise<unknown> =>
  sql`select pg_notify(${PRESENCE_CHANNEL}, ${presenceKey(ctx.workspace, uuidOf('tkt', ticketId))})`.execute(
    ctx.em.getKysely(),
  );
