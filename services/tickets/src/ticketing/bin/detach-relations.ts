import { hydrate, sql } from '@deskgraph/common/database/database';
import type { NewEvent } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import { store } from '@deskgraph/common/database/bulk-update';
import type { Context } from '@deskgraph/common/database/context';
import { INVERSE, type TicketLinkKind } from '../../model/ticket/link.ts';
import { type Changes, fact } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

interface Row {
  /** What the others are to it. */
  kinds: TicketLinkKind[];
}

/** Others that are linked to a ticket which is removed for ever, were folded into it or cut out of it, are so no more; the facts are to be recorded. */
export async function detachRelations(ctx: Context, { id }: Ticket): Promise<NewEvent[]> {
  const gone = sql`${uuidOf('tkt', id)}::uuid`;
  const { rows } = await sql<Row>`
    select t.*, array(select kind from ticket_link where ticket_id = ${gone} and other_id = t.id order by kind) as kinds from ticket t
    where t.workspace_id = ${ctx.workspace}::uuid and (t.merged_into_id = ${gone} or t.split_from_id = ${gone}
      or t.id = any(array(select other_id from ticket_link where ticket_id = ${gone}))) order by t.id for update`.execute(
    ctx.em.getKysely(),
  );
  const others = hydrate(ctx.orm, Ticket, rows);
  const facts = others.flatMap((other, at) => [
    ...unlinked(other, id, rows[at]!.kinds),
    ...parted(other, id),
  ]);
  await store(ctx, Ticket, others);
  return facts;
}

function unlinked(other: Ticket, id: string, kinds: readonly TicketLinkKind[]): NewEvent[] {
  if (other.problemId === id) other.problemId = null;
  return kinds.map((kind) =>
    fact('ticket.unlinked', other, {
      changes: { links: [{ kind: INVERSE[kind], ticketId: id }, null] },
      internal: true,
    }),
  );
}

function parted(other: Ticket, id: string): NewEvent[] {
  const changes: Changes = {};
  if (other.mergedIntoId === id) changes['mergedInto'] = [id, (other.mergedIntoId = null)];
  if (other.splitFromId === id) changes['splitFrom'] = [id, (other.splitFromId = null)];
  return Object.keys(changes).length ? [fact('ticket.updated', other, { changes })] : [];
}
