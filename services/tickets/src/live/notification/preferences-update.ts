import { sql } from '@deskgraph/common/database/database';
import { Refusal, graphqlError } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import type {
  NotificationPreferencesUpdateInput,
  NotificationPreferencesUpdatePayload,
} from './input.ts';
import { findNotificationPreferences, notificationReasonsOf } from './preference.ts';

/** Updates the delivery channels of the caller. Other reasons stay unchanged. */
export async function updateNotificationPreferences(
  ctx: Context,
  { preferences: given }: NotificationPreferencesUpdateInput,
): Promise<NotificationPreferencesUpdatePayload> {
  const { id } = ctx.actor;
  const known = notificationReasonsOf(ctx.actor);
  if (!known.length) throw graphqlError('FORBIDDEN');
  for (const [at, { reason }] of given.entries())
    if (!known.includes(reason) || given.findIndex((each) => each.reason === reason) !== at)
      throw new Refusal('INVALID', `preferences.${at}.reason`);
  const column = <T>(of: (each: (typeof given)[number]) => T): T[] => given.map(of);
  const { rows } = await sql`
    insert into notification_preference as p (workspace_id, person_id, reason, in_app, email, push)
    select ${ctx.workspace}::uuid, ${id}, g.reason, g.in_app, g.email, g.push from unnest(
      ${column(({ reason }) => reason)}::text[], ${column(({ inApp }) => inApp)}::boolean[],
      ${column(({ email }) => email)}::boolean[], ${column(({ push }) => push)}::boolean[]) as g(reason, in_app, email, push)
    on conflict (workspace_id, person_id, reason) do update set in_app = excluded.in_app, email = excluded.email, push = excluded.push
    where (p.in_app, p.email, p.push) is distinct from (excluded.in_app, excluded.email, excluded.push) returning p.reason
  `.execute(ctx.em.getKysely());
  const preferences = await findNotificationPreferences(ctx);
  if (rows.length)
    await appendEvent(ctx, 'notification_preferences.updated', { id, version: 1 }, { preferences });
  return { preferences, userErrors: [] };
}
