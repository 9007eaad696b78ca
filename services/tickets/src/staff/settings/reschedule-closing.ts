import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { storedTicketEvent } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** The least time that an affected ticket stays open. */
const GRACE_MS = 3_600_000;
/** The number of tickets held in memory. */
const BATCH_SIZE = 5_000;

/**
 * Applies a changed `closeAfter` to the tickets that are SOLVED now, counted from when they were
 * solved. Tickets whose time would be over stay open for another hour: closing is final, and a
 * mistyped setting would close thousands at once. A merged ticket keeps its time: it is closed once
 * the merge can no longer be undone.
 */
export async function rescheduleClosing(ctx: Context, closeAfter: string): Promise<void> {
  const now = new Date();
  const closeAfterMs = durationToMs(closeAfter)!;
  for (let count = BATCH_SIZE; count === BATCH_SIZE;)
    count = await rescheduleBatch(ctx, closeAfterMs, now);
}

/** Reschedules one batch with two statements and returns its size. */
async function rescheduleBatch(ctx: Context, closeAfterMs: number, now: Date): Promise<number> {
  const due = sql`t.solved_at + ${closeAfterMs}::float8 * interval '1 millisecond'`;
  const earliest = new Date(now.getTime() + GRACE_MS);
  const closesAt = sql`(case when ${due} > ${now} then ${due} else ${earliest} end)`;
  const changed = await execute(
    ctx,
    sql<{ before: Date | string }>`
      with outdated as (
        select t.id, t.closes_at as before, ${closesAt} as after from ticket t
        where t.workspace_id = ${ctx.workspace}::uuid and t.status = 'SOLVED'
          and t.merged_into_id is null and t.closes_at is distinct from ${closesAt}
        order by t.id limit ${BATCH_SIZE} for update
      )
      update ticket t set
        closes_at = outdated.after, version = version + 1, updated_at = ${now},
        public_version = public_version + 1, public_updated_at = ${now}
      from outdated where t.id = outdated.id returning t.*, outdated.before`,
  );
  const events = hydrate(ctx.orm, Ticket, changed).map((ticket, index) => {
    const before = new Date(changed[index]!.before).toISOString();
    return storedTicketEvent('ticket.updated', ticket, {
      occurredAt: now,
      changes: { closesAt: [before, ticket.closesAt!.toISOString()] },
    });
  });
  await appendEvents(ctx, events);
  return changed.length;
}
