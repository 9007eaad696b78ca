import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { lockedAll } from '../../model/lookup/lock.ts';
import { fact } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { TicketUnlinkInput, TicketUnlinkPayload } from './input.ts';
import { INVERSE, TicketLinkKind } from '../../model/ticket/link.ts';

/** Takes a link away, on both sides. */
export async function unlinkTickets(
  ctx: Context,
  { id, otherId, kind }: TicketUnlinkInput,
): Promise<TicketUnlinkPayload> {
  const [ticket, other] = (await lockedAll(ctx, [
    { id, field: 'id' },
    { id: otherId, field: 'otherId' },
  ])) as [Ticket, Ticket];
  const { rows } = await sql<object>`
    delete from ticket_link l using unnest(
      ${uuids('tkt', [id, otherId])}, ${[kind, INVERSE[kind]]}::text[], ${uuids('tkt', [otherId, id])}) as gone(ticket, kind, other)
    where l.ticket_id = gone.ticket and l.kind = gone.kind and l.other_id = gone.other returning l.kind`.execute(
    ctx.em.getKysely(),
  );
  if (!rows.length) throw new Refusal('NOT_FOUND', 'otherId');
  if (kind === TicketLinkKind.PROBLEM) ticket.problemId = null;
  if (kind === TicketLinkKind.INCIDENT) other.problemId = null;
  await appendEvents(ctx, [
    fact('ticket.unlinked', ticket, {
      changes: { links: [{ kind, ticketId: otherId }, null] },
      internal: true,
    }),
    fact('ticket.unlinked', other, {
      changes: { links: [{ kind: INVERSE[kind], ticketId: id }, null] },
      internal: true,
    }),
  ]);
  return { ticket, userErrors: [] };
}
