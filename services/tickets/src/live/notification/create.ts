import type { Actor } from '@deskgraph/common/auth/access';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { seesTicket } from '../../model/rights/visible.ts';
import { currentStaffActors } from '../../staff/agent/actors.ts';
import { ANSWERING_ROLES } from '../../staff/references.ts';
import { NOTIFICATION_CHANNEL } from './notification.ts';
import { type NotificationReason, REASONS_BY_PRIORITY } from './reason.ts';
import { type Recipient, recipientsOf } from './recipients.ts';

/** The maximum number of rows of one statement. */
const BATCH_SIZE = 10_000;

interface NewNotification {
  event: DomainEvent;
  personId: string;
  reason: NotificationReason;
}

/**
 * Creates the notifications of a page of events, in the transaction that stores the position of the
 * consumer. The number of statements does not depend on the number of recipients.
 */
export async function createNotifications(
  ctx: Context,
  events: readonly DomainEvent[],
): Promise<void> {
  const notifying = events
    .map((event) => ({ event, recipients: recipientsOf(event) }))
    .filter(({ recipients }) => recipients.length);
  if (!notifying.length) return;
  const staff = await findStaff(
    ctx,
    notifying.flatMap(({ recipients }) => recipients),
  );
  const notifications = notifying.flatMap(({ event, recipients }) =>
    notificationsOf(event, recipients, staff),
  );
  for (let start = 0; start < notifications.length; start += BATCH_SIZE)
    await insertNotifications(ctx, notifications.slice(start, start + BATCH_SIZE));
}

/** The current staff among the recipients: all staff when one of these is a team. */
function findStaff(ctx: Context, recipients: readonly Recipient[]): Promise<Actor[]> {
  const agentIds = recipients.flatMap((recipient) =>
    'person' in recipient && recipient.person.startsWith('agt_') ? recipient.person : [],
  );
  return currentStaffActors(ctx, {
    ids: [...new Set(agentIds)],
    all: recipients.some((recipient) => 'team' in recipient),
  });
}

/**
 * One notification per person, for the strongest reason. None for the actor of the event, and none
 * for staff who may not see the ticket.
 */
function notificationsOf(
  event: DomainEvent,
  recipients: readonly Recipient[],
  staff: readonly Actor[],
): NewNotification[] {
  const { state } = (event as unknown as DomainEvent<LoggedTicketData>).data;
  const withAccess = new Set(
    staff.filter((actor) => seesTicket(actor, { ...state, id: event.subject })).map(({ id }) => id),
  );
  const reasons = new Map<string, NotificationReason>();
  const strongestFirst = recipients.toSorted(
    (a, b) => REASONS_BY_PRIORITY.indexOf(a.reason) - REASONS_BY_PRIORITY.indexOf(b.reason),
  );
  for (const recipient of strongestFirst) {
    const people = 'person' in recipient ? [recipient.person] : teamMembers(recipient.team, staff);
    for (const personId of people)
      if (
        !reasons.has(personId) &&
        personId !== event.actor.id &&
        (withAccess.has(personId) || personId.startsWith('cus_'))
      )
        reasons.set(personId, recipient.reason);
  }
  return [...reasons].map(([personId, reason]) => ({ event, personId, reason }));
}

/** The agents of a department; all agents when it has none, or without a department. */
function teamMembers(departmentId: string | null, staff: readonly Actor[]): string[] {
  const agents = staff.filter(({ role }) => ANSWERING_ROLES.has(role!));
  const team = agents.filter(
    ({ departments }) => departmentId && departments.includes(departmentId),
  );
  return (team.length ? team : agents).map(({ id }) => id);
}

/** Skips people who have disabled the reason in the app. */
async function insertNotifications(
  ctx: Context,
  notifications: readonly NewNotification[],
): Promise<void> {
  const column = <T>(of: (notification: NewNotification) => T): T[] => notifications.map(of);
  await execute(
    ctx,
    sql`
      with created as (
        insert into notification (id, workspace_id, person_id, ticket_id, position, reason, at)
        select n.id, ${ctx.workspace}::uuid, n.person_id, n.ticket_id, n.position, n.reason, n.at
        from unnest(
          ${column(() => newUuid())}::uuid[],
          ${column(({ personId }) => personId)}::text[],
          ${column(({ event }) => uuidOf('tkt', event.subject))}::uuid[],
          ${column(({ event }) => event.position)}::bigint[],
          ${column(({ reason }) => reason)}::text[],
          ${column(({ event }) => event.occurredAt)}::timestamptz[]
        ) as n(id, person_id, ticket_id, position, reason, at)
        where not exists (
          select from notification_preference p
          where p.workspace_id = ${ctx.workspace}::uuid and p.person_id = n.person_id
            and p.reason = n.reason and not p.in_app)
        on conflict (workspace_id, person_id, position) do nothing returning person_id)
      select pg_notify(${NOTIFICATION_CHANNEL}, ${ctx.workspace} || ' ' || person_id)
      from (select distinct person_id from created) as person`,
  );
}
