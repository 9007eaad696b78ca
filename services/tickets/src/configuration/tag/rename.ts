import { hydrate, sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { NewFact } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { stored } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** As many tickets as change in one transaction. */
const MOST = 5_000;

/** Gives all tickets that have a label its new name, with one statement. Returns what is to be recorded of each. */
export async function renameTagOnTickets(
  ctx: Context,
  from: string,
  to: string,
): Promise<NewFact[]> {
  const at = new Date();
  const { rows } = await sql<object>`
    update ticket t set tags = array_replace(tags, ${from}, ${to}), version = version + 1, updated_at = ${at}
    where id = any(array(
      select ticket_id from ticket_tag where workspace_id = ${ctx.workspace}::uuid and name = ${from} limit ${sql.lit(MOST + 1)}
    )) and ${from} = any(tags) returning t.*`.execute(ctx.em.getKysely());
  if (rows.length > MOST)
    throw new Refusal([
      {
        code: 'LIMIT_REACHED',
        field: ['input', 'name'],
        message: `More than ${MOST} tickets have this label; so many are not changed at once.`,
      },
    ]);
  return hydrate(ctx.orm, Ticket, rows)
    .sort((a, b) => a.number - b.number)
    .map((ticket) => {
      const before = ticket.tags.map((name) => (name === to ? from : name));
      return stored('ticket.updated', ticket, { at, changes: { tags: [before, ticket.tags] } });
    });
}
