import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import { Direction, type Page, type PageRequest } from '@deskgraph/common/database/pagination';
import { ids, rows } from '@deskgraph/common/database/query';
import { ticketById } from '../../model/lookup/queries.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { type TicketLink, TicketLinkKind } from '../../model/ticket/link.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { MAX_LINKS } from './link.ts';

interface LinkRow {
  ticket_id: string;
  kind: TicketLinkKind;
  other_id: string;
  created_at: string | Date;
}

/**
 * All links of a ticket, but only the first incidents of a problem: those have a list of their own.
 */
const linkRows = (ctx: Context, ticketId: string): Promise<LinkRow[]> =>
  ctx.load.byParent(
    'links',
    ticketId,
    (ticketIds) =>
      rows(
        ctx,
        sql<LinkRow>`
          select ticket_id, kind, other_id, created_at from (
            select l.*, row_number() over (partition by ticket_id, kind = 'INCIDENT'
              order by created_at, other_id, kind) as position
            from ticket_link l where ticket_id = any(${ids('tkt', ticketIds)})) l
          where position <= ${MAX_LINKS} order by created_at, other_id, kind`,
      ),
    (row) => toId('tkt', row.ticket_id),
  );

/** The links of a ticket to tickets that the caller may see, oldest first. */
export async function ticketLinks(ctx: Context, ticketId: string): Promise<TicketLink[]> {
  const links = await Promise.all(
    (await linkRows(ctx, ticketId)).map(async (row) => ({
      kind: row.kind,
      since: new Date(row.created_at),
      ticket: await ticketById(ctx, toId('tkt', row.other_id)),
    })),
  );
  return links.filter((link): link is TicketLink => link.ticket !== null);
}

/** The problem of an incident. */
export async function problemOf(ctx: Context, ticketId: string): Promise<Ticket | null> {
  const row = (await linkRows(ctx, ticketId)).find(({ kind }) => kind === TicketLinkKind.PROBLEM);
  return row ? ticketById(ctx, toId('tkt', row.other_id)) : null;
}

const INCIDENTS: NestedList<Ticket> = {
  Entity: Ticket,
  name: 'incidents',
  prefix: 'tkt',
  columns: sql`t.*`,
  from: sql`ticket_link l join ticket t on t.id = l.other_id`,
  belongsTo: sql`l.ticket_id = owner.id and l.kind = 'INCIDENT'`,
  where: sql`true`,
  order: [{ by: sql`t.number`, type: 'integer', direction: Direction.ASC }],
};

/** The incidents of a problem, by number. */
export const incidentsOf = (
  ctx: Context,
  ticketId: string,
  page: PageRequest,
): Promise<Page<Ticket>> =>
  nestedPage(ctx, { ...INCIDENTS, where: visibleTicketSql(ctx.actor) }, ticketId, page);
