import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ObjectType } from 'type-graphql';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import { NotificationReason, CUSTOMER_REASONS, STAFF_REASONS } from './reason.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'The delivery channels for one reason. So far notifications are delivered in the app only; the choices for e-mail and push are stored.',
})
export class NotificationPreference {
  @Field(() => NotificationReason, { description: 'The reason.' }) reason!: NotificationReason;
  @Field(() => Boolean, { description: 'Whether to notify in the app. Default true.' })
  inApp!: boolean;
  @Field(() => Boolean, {
    description:
      'Whether to notify by e-mail. Default true, except for NEW_TICKET and FOLLOWED. Not sent yet.',
  })
  email!: boolean;
  @Field(() => Boolean, {
    description:
      'Whether to notify by push. Default true for MENTION, ASSIGNED and ESCALATION. Not sent yet.',
  })
  push!: boolean;
}

const { NEW_TICKET, FOLLOWED, MENTION, ASSIGNED, ESCALATION } = NotificationReason;
const NO_EMAIL_BY_DEFAULT: ReadonlySet<NotificationReason> = new Set([NEW_TICKET, FOLLOWED]);
const PUSH_BY_DEFAULT: ReadonlySet<NotificationReason> = new Set([MENTION, ASSIGNED, ESCALATION]);

const defaultPreference = (reason: NotificationReason): NotificationPreference => ({
  reason,
  inApp: true,
  email: !NO_EMAIL_BY_DEFAULT.has(reason),
  push: PUSH_BY_DEFAULT.has(reason),
});

/** The reasons that apply to an actor. None for apps. */
export const notificationReasonsOf = (actor: Actor): readonly NotificationReason[] =>
  actor.kind === 'app' || actor.kind === 'system'
    ? []
    : canSeeOnHold(actor)
      ? STAFF_REASONS
      : CUSTOMER_REASONS;

interface PreferenceRow {
  reason: NotificationReason;
  in_app: boolean;
  email: boolean;
  push: boolean;
}

/** The caller's delivery channels, one entry per notification reason. */
export async function findNotificationPreferences(ctx: Context): Promise<NotificationPreference[]> {
  const stored = await rows(
    ctx,
    sql<PreferenceRow>`
      select reason, in_app, email, push from notification_preference
      where workspace_id = ${ctx.workspace}::uuid and person_id = ${ctx.actor.id}`,
  );
  const byReason = new Map(
    stored.map(({ in_app: inApp, ...row }) => [row.reason, { ...row, inApp }]),
  );
  return notificationReasonsOf(ctx.actor).map(
    (reason) => byReason.get(reason) ?? defaultPreference(reason),
  );
}
