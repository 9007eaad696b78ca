import { hydrate, sql } from '@deskgraph/common/database/database';
import { appendEvents } from '@deskgraph/common/events/log';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { stored } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

const HOUR = 3_600_000;
/** So many tickets are held in memory at once. */
const AT_ONCE = 5_000;

/**
 * Tickets that are SOLVED already wait as long as all others from now on, from when they were solved. Whose time would be over by that has an
 * hour left: CLOSED is for ever, and a mistake here would close thousands at once. What is folded into another ticket is closed once that can't
 * be taken back any more. Two statements for thousands of them.
 */
export async function rescheduleClosing(ctx: Context, closeAfter: string): Promise<void> {
  const at = new Date();
  for (let changed = AT_ONCE; changed === AT_ONCE;)
    changed = await some(ctx, durationToMs(closeAfter)!, at);
}

async function some(ctx: Context, length: number, at: Date): Promise<number> {
  const whole = sql`t.solved_at + ${length}::float8 * interval '1 millisecond'`;
  const then = sql`(case when ${whole} > ${at} then ${whole} else ${new Date(at.getTime() + HOUR)} end)`;
  const { rows } = await sql<{ before: Date | string }>`
    with late as (
      select t.id, t.closes_at as before, ${then} as after from ticket t
      where t.workspace_id = ${ctx.workspace}::uuid and t.status = 'SOLVED' and t.merged_into_id is null and t.closes_at is distinct from ${then}
      order by t.id limit ${AT_ONCE} for update
    )
    update ticket t set
      closes_at = late.after, version = version + 1, public_version = public_version + 1, updated_at = ${at}, public_updated_at = ${at}
    from late where t.id = late.id returning t.*, late.before`.execute(ctx.em.getKysely());
  const tickets = hydrate(ctx.orm, Ticket, rows);
  const facts = tickets.map((ticket, row) => {
    const before = new Date(rows[row]!.before).toISOString();
    return stored('ticket.updated', ticket, {
      occurredAt: at,
      changes: { closesAt: [before, ticket.closesAt!.toISOString()] },
    });
  });
  await appendEvents(ctx, facts);
  return rows.length;
}
