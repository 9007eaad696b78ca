import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { currentStaffActors } from '../../staff/agent/actors.ts';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { ANSWERING_ROLES } from '../../staff/references.ts';
import { seesTicket } from '../../model/rights/visible.ts';
import { type Recipient, recipientsOf } from './recipients.ts';
import { REASONS_BY_PRIORITY, type NotificationReason } from './reason.ts';
import { NOTIFICATION_CHANNEL } from './channel.ts';

/** Rows per statement. */
const AT_ONCE = 10_000;

interface Told {
  fact: DomainEvent;
  person: string;
  reason: NotificationReason;
}

/** Creates the notifications for a page of events with a constant number of statements, in the transaction that stores the position. */
export async function createNotifications(
  ctx: Context,
  facts: readonly DomainEvent[],
): Promise<void> {
  const called = facts
    .map((fact) => ({ fact, calls: recipientsOf(fact) }))
    .filter(({ calls }) => calls.length);
  if (!called.length) return;
  const staff = await staffFor(
    ctx,
    called.flatMap(({ calls }) => calls),
  );
  const told = called.flatMap(({ fact, calls }) => toldOf(fact, calls, staff));
  for (let from = 0; from < told.length; from += AT_ONCE)
    await keep(ctx, told.slice(from, from + AT_ONCE));
}

/** The recipients who may see the event. */
function staffFor(ctx: Context, calls: readonly Recipient[]): Promise<Actor[]> {
  const people = calls.flatMap((call) =>
    'person' in call && call.person.startsWith('agt_') ? call.person : [],
  );
  return currentStaffActors(ctx, {
    ids: [...new Set(people)],
    all: calls.some((call) => 'team' in call),
  });
}

/** One notification per person, for the strongest reason. None for own actions or for events that the person may not see. */
function toldOf(fact: DomainEvent, calls: readonly Recipient[], staff: readonly Actor[]): Told[] {
  const { state } = (fact as unknown as DomainEvent<LoggedTicketData>).data;
  const seeing = staff.filter((actor) => seesTicket(actor, { ...state, id: fact.subject }));
  const known = new Set(seeing.map(({ id }) => id));
  const reasons = new Map<string, NotificationReason>();
  const strongest = calls.toSorted(
    (a, b) => REASONS_BY_PRIORITY.indexOf(a.reason) - REASONS_BY_PRIORITY.indexOf(b.reason),
  );
  for (const call of strongest)
    for (const person of 'person' in call ? [call.person] : teamOf(call.team, staff))
      if (
        !reasons.has(person) &&
        person !== fact.actor.id &&
        (known.has(person) || person.startsWith('cus_'))
      )
        reasons.set(person, call.reason);
  return [...reasons].map(([person, reason]) => ({ fact, person, reason }));
}

/** The agents of a department. All agents without a department, or when it has none. */
function teamOf(department: string | null, staff: readonly Actor[]): string[] {
  const working = staff.filter(({ role }) => ANSWERING_ROLES.has(role!));
  const team = working.filter(({ departments }) => department && departments.includes(department));
  return (team.length ? team : working).map(({ id }) => id);
}

/** Removes recipients who have disabled the reason in the app. */
async function keep(ctx: Context, told: readonly Told[]): Promise<void> {
  const column = <T>(of: (each: Told) => T): T[] => told.map(of);
  await sql`
    with made as (
      insert into notification (id, workspace_id, person_id, ticket_id, position, reason, at)
      select g.id, ${ctx.workspace}::uuid, g.person, g.ticket, g.position, g.reason, g.at
      from unnest(
        ${column(() => newUuid())}::uuid[], ${column(({ person }) => person)}::text[],
        ${column(({ fact }) => uuidOf('tkt', fact.subject))}::uuid[], ${column(({ fact }) => fact.position)}::bigint[],
        ${column(({ reason }) => reason)}::text[], ${column(({ fact }) => fact.occurredAt)}::timestamptz[]
      ) as g(id, person, ticket, position, reason, at)
      where not exists (
        select from notification_preference p
        where p.workspace_id = ${ctx.workspace}::uuid and p.person_id = g.person and p.reason = g.reason and not p.in_app)
      on conflict (workspace_id, person_id, position) do nothing returning person_id)
    select pg_notify(${NOTIFICATION_CHANNEL}, ${ctx.workspace} || ' ' || person_id) from (select distinct person_id from made) as person
  `.execute(ctx.em.getKysely());
}
