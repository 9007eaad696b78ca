import { Refusal, graphqlError } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids as uuids, rows } from '@deskgraph/common/database/query';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type {
  NotificationPreferenceInput,
  NotificationPreferencesUpdateInput,
  NotificationPreferencesUpdatePayload,
  NotificationsReadInput,
  NotificationsReadPayload,
} from './input.ts';
import { findNotificationPreferences, notificationReasonsOf } from './preference.ts';
import { countUnreadNotifications } from './queries.ts';

/** Marks notifications of the caller as read. Appends no event: nothing of the desk changes. */
export async function markNotificationsRead(
  ctx: Context,
  { ids }: NotificationsReadInput,
): Promise<NotificationsReadPayload> {
  if (ctx.actor.kind === 'app') throw graphqlError('FORBIDDEN');
  const isCallers = sql<boolean>`
    workspace_id = ${ctx.workspace}::uuid and person_id = ${ctx.actor.id}`;
  if (ids) await refuseUnknown(ctx, isCallers, ids);
  const isSelected = ids ? sql`and id = any(${uuids('not', ids)})` : sql``;
  await execute(
    ctx,
    sql`
      update notification set read_at = ${new Date()}
      where ${isCallers} and read_at is null ${isSelected}`,
  );
  return { unread: await countUnreadNotifications(ctx), userErrors: [] };
}

async function refuseUnknown(
  ctx: Context,
  isCallers: Condition,
  ids: readonly string[],
): Promise<void> {
  const existing = await rows(
    ctx,
    sql<{ id: string }>`
      select id from notification where ${isCallers} and id = any(${uuids('not', ids)})`,
  );
  const existingIds = new Set(existing.map(({ id }) => toId('not', id)));
  const unknownIndex = ids.findIndex((id) => !existingIds.has(id));
  if (unknownIndex >= 0) throw new Refusal('NOT_FOUND', `ids.${unknownIndex}`);
}

/**
 * Updates the delivery channels of the caller. Reasons that are not in the input stay unchanged.
 */
export async function updateNotificationPreferences(
  ctx: Context,
  { preferences: changes }: NotificationPreferencesUpdateInput,
): Promise<NotificationPreferencesUpdatePayload> {
  const { id } = ctx.actor;
  const reasons = notificationReasonsOf(ctx.actor);
  if (!reasons.length) throw graphqlError('FORBIDDEN');
  for (const [index, { reason }] of changes.entries()) {
    const isRepeated = changes.findIndex((change) => change.reason === reason) !== index;
    if (!reasons.includes(reason) || isRepeated)
      throw new Refusal('INVALID', `preferences.${index}.reason`);
  }
  const column = <T>(of: (change: NotificationPreferenceInput) => T): T[] => changes.map(of);
  const changed = await execute(
    ctx,
    sql`
      insert into notification_preference as p
        (workspace_id, person_id, reason, in_app, email, push)
      select ${ctx.workspace}::uuid, ${id}, c.reason, c.in_app, c.email, c.push
      from unnest(
        ${column(({ reason }) => reason)}::text[], ${column(({ inApp }) => inApp)}::boolean[],
        ${column(({ email }) => email)}::boolean[], ${column(({ push }) => push)}::boolean[]
      ) as c(reason, in_app, email, push)
      on conflict (workspace_id, person_id, reason) do update
        set in_app = excluded.in_app, email = excluded.email, push = excluded.push
        where (p.in_app, p.email, p.push)
          is distinct from (excluded.in_app, excluded.email, excluded.push)
      returning p.reason`,
  );
  const preferences = await findNotificationPreferences(ctx);
  if (changed.length)
    await appendEvent(ctx, 'notification_preferences.updated', { id, version: 1 }, { preferences });
  return { preferences, userErrors: [] };
}
