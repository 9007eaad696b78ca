import { sql, uuids } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { ChannelKind } from '../../model/ticket/enums.ts';

/** By which channel each ticket is answered: the one that a customer wrote by last, else the one that it came by. */
export async function replyChannels(
  ctx: Context,
  tickets: readonly Ticket[],
): Promise<(ticket: Ticket) => ChannelKind> {
  const ids = uuids(
    'tkt',
    tickets.map(({ id }) => id),
  );
  const { rows } = await sql<{ id: string; channel: ChannelKind }>`
    select asked.id, m.channel from unnest(${ids}) as asked(id) cross join lateral (
      select channel from message where ticket_id = asked.id and author_kind = 'customer' order by created_at desc, id desc limit 1) m`.execute(
    ctx.em.getKysely(),
  );
  const last = new Map(rows.map(({ id, channel }) => [toId('tkt', id), channel]));
  return (ticket) => last.get(ticket.id) ?? ticket.channel;
}
