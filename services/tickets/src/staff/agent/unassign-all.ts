import { hydrate, sql } from '@deskgraph/common/database/database';
import { recordAll } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { stored } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** Gives the unsolved tickets of an agent back to the queues of their departments, with two statements however many there are. */
export async function unassignAllTickets(ctx: Context, agentId: string): Promise<void> {
  const at = new Date();
  const { rows } = await sql<object>`
    update ticket set assignee_id = null, version = version + 1, public_version = public_version + 1, updated_at = ${at}, public_updated_at = ${at}
    where workspace_id = ${ctx.workspace}::uuid and assignee_id = ${uuidOf('agt', agentId)}::uuid and status not in ('SOLVED', 'CLOSED')
    returning *`.execute(ctx.em.getKysely());
  const facts = hydrate(ctx.orm, Ticket, rows)
    .sort((a, b) => a.number - b.number)
    .map((ticket) =>
      stored('ticket.assigned', ticket, { at, changes: { assigneeId: [agentId, null] } }),
    );
  await recordAll(ctx, facts);
}
