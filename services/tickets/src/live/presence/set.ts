import { Refusal } from '@deskgraph/common/core/errors';
import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { refuseVisibility } from '../../ticketing/message/write.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { clockOf } from './clock.ts';
import type { PresenceSetInput, PresenceSetPayload } from './input.ts';
import { PresenceActivity } from './presence.ts';
import { CHANNEL, wordOf } from './channel.ts';

/** So long somebody is there after the last word of him. */
export const LASTS_SECONDS = 30;

interface Said {
  /** Does anything look different now? A word that only says “still here” does not. */
  changed: boolean;
  /** Has somebody come who was not there? */
  came: boolean;
}

/** Somebody says what he does on a ticket. All his devices are one presence: the last word counts. */
export async function set(
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

/** Nothing when there is no such ticket for the caller. */
async function stay(
  ctx: Context,
  ticketId: string,
  activity: PresenceActivity,
  visibility: MessageVisibility,
): Promise<Said | undefined> {
  const { kind, id, name } = ctx.actor;
  const { rows } = await sql<Said>`
    with clock as (select ${clockOf(ctx.orm).now()}::timestamptz(3) as now),
    said as (
      insert into presence as p (workspace_id, ticket_id, actor_id, actor_kind, actor_name, activity, visibility, since, until)
      select t.workspace_id, t.id, ${id}, ${kind}, ${name}, ${activity}, ${visibility}, clock.now, clock.now + ${LASTS_SECONDS} * interval '1 second'
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
      returning p.until > ${clockOf(ctx.orm).now()} as was_there)
    select coalesce((select was_there from gone), false) as changed, false as came from found`.execute(
    ctx.em.getKysely(),
  );
  return rows[0];
}

/** Clears away those of the workspace who have left without a word. It waits for nobody, who may be clearing up or coming back himself. */
async function sweep(ctx: Context): Promise<void> {
  const own = sql`workspace_id = ${ctx.workspace}::uuid`;
  await sql`
    delete from presence where ${own} and (ticket_id, actor_id) in (
      select ticket_id, actor_id from presence where ${own} and until <= ${clockOf(ctx.orm).now()} for update skip locked)`.execute(
    ctx.em.getKysely(),
  );
}

const tell = (ctx: Context, ticketId: string): Promise<unknown> =>
  sql`select pg_notify(${CHANNEL}, ${wordOf(ctx.workspace, uuidOf('tkt', ticketId))})`.execute(
    ctx.em.getKysely(),
  );
