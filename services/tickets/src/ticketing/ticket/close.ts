import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { moved, standingOf } from '../../model/ticket/events.ts';
import { end } from '../../model/ticket/status-rules.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** SOLVED for as long as the workspace wants, without a break: closed, by the system, as nobody else can. */
export async function closeSolvedTicket(ctx: Context, row: object): Promise<void> {
  const ticket = ctx.em.map(Ticket, row as never);
  const from = standingOf(ticket);
  end(ticket, new Date());
  await appendEvents(ctx, [moved(ticket, from, { cause: 'closeAfter' })]);
}
