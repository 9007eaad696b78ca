import { recordAll } from '@deskgraph/common/events';
import type { Context } from '@deskgraph/common/transaction';
import { moved, standingOf } from './fact.ts';
import { end } from './status.ts';
import { Ticket } from './ticket.ts';

/** SOLVED for as long as the workspace wants, without a break: closed, by the system, as nobody else can. */
export async function close(ctx: Context, row: object): Promise<void> {
  const ticket = ctx.em.map(Ticket, row as never);
  const from = standingOf(ticket);
  end(ticket, new Date());
  await recordAll(ctx, [moved(ticket, from, { cause: 'closeAfter' })]);
}
