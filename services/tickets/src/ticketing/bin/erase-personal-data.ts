import { due } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import type { DomainEvent, NewEvent } from '@deskgraph/common/events/log';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Changes, State } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';

/** What the facts of a ticket go on telling when it is removed for ever: what reports count by, and ids. What people wrote or are called goes. */
const STAYS: readonly (keyof State | 'mergedInto' | 'splitFrom')[] = [
  'number',
  'status',
  'customStatusId',
  'priority',
  'channel',
  'origin',
  'formId',
  'categoryId',
  'departmentId',
  'assigneeId',
  'requesterId',
  'ccIds',
  'followerIds',
  'organizationId',
  'tags',
  'locale',
  'createdAt',
  'waitingSince',
  'handled',
  'firstReplyAt',
  'solvedAt',
  'solvedById',
  'resolutionCode',
  'closesAt',
  'closedAt',
  'reopenCount',
  'transferCount',
  'followUpOfId',
  'mergedIntoId',
  'mergedInto',
  'splitFromId',
  'splitFrom',
  'problemId',
  'snooze',
  'spam',
  'deletedAt',
];

const stays = ([key]: [string, unknown]): boolean => (STAYS as readonly string[]).includes(key);

/** The last fact of a ticket says no more than its other facts will. */
export const withoutPersonalData = (fact: NewEvent): NewEvent => ({
  ...fact,
  data: without(fact.data),
});

/** Once a ticket is removed for ever, its facts in memory say no more than those in the log soon will. */
export const redactEarlierEvents = ({
  type,
}: DomainEvent): ((earlier: DomainEvent) => DomainEvent) | undefined =>
  type === 'ticket.purged' ? left : undefined;

const left = (fact: DomainEvent): DomainEvent => {
  const { actor, data } = fact;
  return {
    ...fact,
    actor: actor.kind === 'customer' ? { ...actor, name: '' } : actor,
    data: without(data),
  };
};

/** The same as `without_people` of the database. */
function without({
  state = {},
  changes,
  ...details
}: {
  state?: object;
  changes?: Changes;
}): Record<string, unknown> {
  const former = Object.entries(changes ?? {}).map(([key, change]) => [
    key,
    stays([key, change]) ? change : [null, null],
  ]);
  return {
    ...details,
    state: Object.fromEntries(Object.entries(state).filter(stays)),
    ...(changes && { changes: Object.fromEntries(former) as Changes }),
  };
}

/** Soon its facts say nothing of people any more. */
export async function scheduleErasure(ctx: Context, { id }: Ticket): Promise<void> {
  const now = new Date();
  await sql`
    insert into removed_ticket (id, workspace_id, forgets_at) values (${uuidOf('tkt', id)}::uuid, ${ctx.workspace}::uuid, ${now})`.execute(
    ctx.em.getKysely(),
  );
  due(ctx, now);
}

const AGAIN_MS = 1_000;

/** Once all of its facts are in the log. */
export async function erasePersonalData(ctx: Context, row: object): Promise<void> {
  const { id } = row as { id: string };
  const ticket = toId('tkt', id);
  const db = ctx.em.getKysely();
  const { rows } = await sql`
    select from outbox where workspace_id = ${ctx.workspace}::uuid and subject = ${ticket} limit 1`.execute(
    db,
  );
  if (rows.length) {
    const again = new Date(Date.now() + AGAIN_MS);
    await sql`update removed_ticket set forgets_at = ${again} where id = ${id}::uuid`.execute(db);
    return due(ctx, again);
  }
  await sql`select forget_facts(${ticket}, ${STAYS}::text[])`.execute(db);
  await sql`delete from removed_ticket where id = ${id}::uuid`.execute(db);
}
