import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { MessageVisibility } from '../../model/message/message.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { refuseVisibility } from '../../ticketing/message/write.ts';
import { presenceClockOf } from './clock.ts';
import type { PresenceSetInput, PresenceSetPayload } from './input.ts';
import {
  PRESENCE_CHANNEL,
  PRESENCE_TTL_SECONDS,
  PresenceActivity,
  presenceKey,
} from './presence.ts';

interface PresenceEffect {
  /** Whether others see a difference. False when the call only renews the presence. */
  changed: boolean;
  /** Whether the person was not present before. */
  created: boolean;
}

/**
 * Sets the presence of the caller on a ticket. A person has one presence for all devices; the last
 * call wins.
 */
export async function setPresence(
  ctx: Context,
  { ticketId, activity, visibility: requestedVisibility }: PresenceSetInput,
): Promise<PresenceSetPayload> {
  const { actor } = ctx;
  const visibility =
    actor.kind === 'customer'
      ? MessageVisibility.PUBLIC
      : (requestedVisibility ?? MessageVisibility.PRIVATE);
  refuseVisibility(actor, visibility);
  const effect =
    activity === PresenceActivity.AWAY
      ? await deletePresence(ctx, ticketId)
      : await upsertPresence(ctx, ticketId, activity, visibility);
  if (!effect) throw new Refusal('NOT_FOUND', 'ticketId');
  if (effect.created) await deleteExpired(ctx);
  if (effect.changed) await notifyPresenceChange(ctx, ticketId);
  return { ticketId, userErrors: [] };
}

/** Undefined when the ticket does not exist or the caller may not see it. */
async function upsertPresence(
  ctx: Context,
  ticketId: string,
  activity: PresenceActivity,
  visibility: MessageVisibility,
): Promise<PresenceEffect | undefined> {
  const { kind, id, name } = ctx.actor;
  const [effect] = await execute(
    ctx,
    sql<PresenceEffect>`
      with clock as (select ${presenceClockOf(ctx.orm).now()}::timestamptz(3) as now),
      stored as (
        insert into presence as p (
          workspace_id, ticket_id, actor_id, actor_kind, actor_name, activity, visibility,
          since, until)
        select t.workspace_id, t.id, ${id}, ${kind}, ${name}, ${activity}, ${visibility},
          clock.now, clock.now + ${PRESENCE_TTL_SECONDS} * interval '1 second'
        from ticket t, clock
        where t.id = ${uuidOf('tkt', ticketId)}::uuid and ${visibleTicketSql(ctx.actor)}
        on conflict (workspace_id, ticket_id, actor_id) do update set
          actor_name = excluded.actor_name, activity = excluded.activity,
          visibility = excluded.visibility, until = excluded.until,
          since = case
            when p.until > excluded.since
              and (p.activity, p.visibility) = (excluded.activity, excluded.visibility)
            then p.since else excluded.since end
        returning since, xmax = 0 as created)
      select stored.since = clock.now as changed, stored.created from stored, clock`,
  );
  return effect;
}

/** Undefined when the ticket does not exist or the caller may not see it. */
async function deletePresence(ctx: Context, ticketId: string): Promise<PresenceEffect | undefined> {
  const [effect] = await execute(
    ctx,
    sql<PresenceEffect>`
      with visible as (
        select t.id from ticket t
        where t.id = ${uuidOf('tkt', ticketId)}::uuid and ${visibleTicketSql(ctx.actor)}),
      deleted as (
        delete from presence p using visible
        where p.workspace_id = ${ctx.workspace}::uuid and p.ticket_id = visible.id
          and p.actor_id = ${ctx.actor.id}
        returning p.until > ${presenceClockOf(ctx.orm).now()} as was_present)
      select coalesce((select was_present from deleted), false) as changed, false as created
      from visible`,
  );
  return effect;
}

/**
 * Deletes the expired presence of the workspace. Skips locked rows, which another call is deleting
 * or renewing.
 */
async function deleteExpired(ctx: Context): Promise<void> {
  const inWorkspace = sql`workspace_id = ${ctx.workspace}::uuid`;
  await execute(
    ctx,
    sql`
      delete from presence where ${inWorkspace} and (ticket_id, actor_id) in (
        select ticket_id, actor_id from presence
        where ${inWorkspace} and until <= ${presenceClockOf(ctx.orm).now()}
        for update skip locked)`,
  );
}

const notifyPresenceChange = (ctx: Context, ticketId: string): Promise<unknown> =>
  execute(
    ctx,
    sql`
      select pg_notify(
        ${PRESENCE_CHANNEL}, ${presenceKey(ctx.workspace, uuidOf('tkt', ticketId))})`,
  );
