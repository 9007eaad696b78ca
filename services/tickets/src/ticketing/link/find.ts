import { sql, uuids } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import { type Owned, pageOf } from '@deskgraph/common/database/nested-connection';
import { Direction, type Page, type PageRequest } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { byId } from '../../model/lookup/find.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { visible } from '../../model/rights/visible.ts';
import { LIMIT } from './add.ts';
import { type TicketLink, TicketLinkKind } from '../../model/ticket/link.ts';

interface Row {
  ticketId: string;
  kind: TicketLinkKind;
  otherId: string;
  since: Date;
}

/** Incidents of a problem come by hundreds, and have a list of their own; here are the first of them. */
const rowsOf = (ctx: Context, ticketId: string): Promise<Row[]> =>
  ctx.load.byParent(
    'links',
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{
        ticket_id: string;
        kind: TicketLinkKind;
        other_id: string;
        created_at: string | Date;
      }>`
        select ticket_id, kind, other_id, created_at from (
          select l.*, row_number() over (partition by ticket_id, kind = 'INCIDENT' order by created_at, other_id, kind) as place
          from ticket_link l where ticket_id = any(${uuids('tkt', ids)})) l
        where place <= ${LIMIT} order by created_at, other_id, kind`.execute(em.getKysely());
      return rows.map((row) => ({
        ticketId: toId('tkt', row.ticket_id),
        kind: row.kind,
        otherId: toId('tkt', row.other_id),
        since: new Date(row.created_at),
      }));
    },
    (row) => row.ticketId,
  );

/** The links of a ticket to tickets that the caller may see, oldest first. */
export async function linksOf(ctx: Context, ticketId: string): Promise<TicketLink[]> {
  const found = await Promise.all(
    (await rowsOf(ctx, ticketId)).map(async ({ kind, otherId, since }) => ({
      kind,
      since,
      ticket: await byId(ctx, otherId),
    })),
  );
  return found.filter((link): link is TicketLink => link.ticket !== null);
}

/** The problem of an incident. */
export async function problemOf(ctx: Context, ticketId: string): Promise<Ticket | null> {
  const link = (await rowsOf(ctx, ticketId)).find(({ kind }) => kind === TicketLinkKind.PROBLEM);
  return link ? byId(ctx, link.otherId) : null;
}

const INCIDENTS: Owned<Ticket> = {
  Thing: Ticket,
  name: 'incidents',
  prefix: 'tkt',
  columns: sql`t.*`,
  from: sql`ticket_link l join ticket t on t.id = l.other_id`,
  of: sql`l.ticket_id = owner.id and l.kind = 'INCIDENT'`,
  where: sql`true`,
  order: [{ by: sql`t.number`, type: 'integer', direction: Direction.ASC }],
};

/** The incidents of a problem, by number. */
export const incidentsOf = (
  ctx: Context,
  ticketId: string,
  page: PageRequest,
): Promise<Page<Ticket>> =>
  pageOf(ctx, { ...INCIDENTS, where: visible(ctx.actor) }, ticketId, page);
