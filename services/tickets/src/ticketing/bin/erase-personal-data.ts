import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { DomainEvent, NewEvent } from '@deskgraph/common/events/types';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { TicketEventState } from '@deskgraph/common/contract/ticket-state';

/**
 * The fields that stay in the events of a purged ticket: ids and what reports count. Texts and
 * names that people wrote are erased.
 */
const KEPT_FIELDS: readonly (keyof TicketEventState | 'mergedInto' | 'splitFrom')[] = [
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

const isKept = ([field]: [string, unknown]): boolean =>
  (KEPT_FIELDS as readonly string[]).includes(field);

/** The event of the purge, which is appended without personal data. */
export const withoutPersonalData = (event: NewEvent): NewEvent =>
  ({ ...event, data: redactData(event.data as EventData) }) as NewEvent;

/**
 * The redaction hook of the event log: after a purge, earlier events of the ticket that are cached
 * in memory are redacted like the stored ones.
 */
export const redactEarlierEvents = ({
  type,
}: DomainEvent): ((earlier: DomainEvent) => DomainEvent) | undefined =>
  type === 'ticket.purged' ? redactEvent : undefined;

function redactEvent(event: DomainEvent): DomainEvent {
  const { actor, data } = event;
  return {
    ...event,
    actor: actor.kind === 'customer' ? { ...actor, name: '' } : actor,
    data: redactData(data),
  };
}

interface EventData {
  state?: object;
  changes?: Changes;
}

/** Must redact the same fields as the database function `redact_event_data`. */
function redactData({ state = {}, changes, ...details }: EventData): Record<string, unknown> {
  const redactedChanges = Object.entries(changes ?? {}).map(([field, change]) => [
    field,
    isKept([field, change]) ? change : [null, null],
  ]);
  return {
    ...details,
    state: Object.fromEntries(Object.entries(state).filter(isKept)),
    ...(changes && { changes: Object.fromEntries(redactedChanges) as Changes }),
  };
}

/** Schedules the erasure of personal data in the stored events of a purged ticket. */
export async function scheduleErasure(ctx: Context, { id }: Ticket): Promise<void> {
  const now = new Date();
  await execute(
    ctx,
    sql`
      insert into removed_ticket (id, workspace_id, forgets_at)
      values (${uuidOf('tkt', id)}::uuid, ${ctx.workspace}::uuid, ${now})`,
  );
  scheduleWakeup(ctx, now);
}

const RETRY_DELAY_MS = 1_000;

/**
 * Scheduled task: erases the personal data in the events of a purged ticket. It waits until the
 * relay has moved all of them from the outbox to the event log.
 */
export async function erasePersonalData(ctx: Context, row: object): Promise<void> {
  const { id } = row as { id: string };
  const ticketId = toId('tkt', id);
  const pending = await execute(
    ctx,
    sql`
      select from outbox where workspace_id = ${ctx.workspace}::uuid and subject = ${ticketId}
      limit 1`,
  );
  if (pending.length) {
    const retryAt = new Date(Date.now() + RETRY_DELAY_MS);
    await execute(
      ctx,
      sql`update removed_ticket set forgets_at = ${retryAt} where id = ${id}::uuid`,
    );
    return scheduleWakeup(ctx, retryAt);
  }
  await execute(ctx, sql`select redact_ticket_events(${ticketId}, ${KEPT_FIELDS}::text[])`);
  await execute(ctx, sql`delete from removed_ticket where id = ${id}::uuid`);
}
