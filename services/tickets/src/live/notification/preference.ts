import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ObjectType } from 'type-graphql';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import { NotificationReason, OF_CUSTOMERS, OF_STAFF } from './reason.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'How somebody wants to be told for one reason. So far people are told in the app alone; what they choose for mail and push is kept.',
})
export class NotificationPreference {
  @Field(() => NotificationReason, { description: 'For this reason.' }) reason!: NotificationReason;
  @Field(() => Boolean, { description: 'In the app; default true.' }) inApp!: boolean;
  @Field(() => Boolean, {
    description: 'By mail, once mail is sent; default true but for NEW_TICKET and FOLLOWED.',
  })
  email!: boolean;
  @Field(() => Boolean, {
    description: 'By push, once there is such; default true for MENTION, ASSIGNED and ESCALATION.',
  })
  push!: boolean;
}

const { NEW_TICKET, FOLLOWED, MENTION, ASSIGNED, ESCALATION } = NotificationReason;
const NOT_MAILED: ReadonlySet<NotificationReason> = new Set([NEW_TICKET, FOLLOWED]);
const PUSHED: ReadonlySet<NotificationReason> = new Set([MENTION, ASSIGNED, ESCALATION]);

const byDefault = (reason: NotificationReason): NotificationPreference => ({
  reason,
  inApp: true,
  email: !NOT_MAILED.has(reason),
  push: PUSHED.has(reason),
});

/** For what somebody can be told; apps are not. */
export const reasonsFor = (actor: Actor): readonly NotificationReason[] =>
  actor.kind === 'app' || actor.kind === 'system'
    ? []
    : canSeeOnHold(actor)
      ? OF_STAFF
      : OF_CUSTOMERS;

interface Row {
  reason: NotificationReason;
  in_app: boolean;
  email: boolean;
  push: boolean;
}

/** How the caller wants to be told, for every reason for which he can be. */
export async function preferencesOf(ctx: Context): Promise<NotificationPreference[]> {
  const em = await ctx.read();
  const { rows } = await sql<Row>`
    select reason, in_app, email, push from notification_preference
    where workspace_id = ${ctx.workspace}::uuid and person_id = ${ctx.actor.id}`.execute(
    em.getKysely(),
  );
  const chosen = new Map(rows.map(({ in_app: inApp, ...row }) => [row.reason, { ...row, inApp }]));
  return reasonsFor(ctx.actor).map((reason) => chosen.get(reason) ?? byDefault(reason));
}
