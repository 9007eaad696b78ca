import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute, updateEntities, managedEntity } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { lockTicketWithBin } from '../../model/lookup/lock.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { INVERSE_LINK_KIND, type TicketLinkKind } from '../../model/ticket/link.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { deleteAttachmentsOfTicket } from '../attachment/mutations.ts';
import { scheduleErasure, withoutPersonalData } from './erase-personal-data.ts';
import type { TicketPurgeInput, TicketPurgePayload } from './input.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';

/** Removes a ticket in the bin (trash) permanently. */
export async function purgeTicket(
  ctx: Context,
  { id }: TicketPurgeInput,
): Promise<TicketPurgePayload> {
  const ticket = await lockTicketWithBin(ctx, id);
  if (!ticket.deletedAt) throw new Refusal('NOT_DELETED', 'id');
  await removeTicket(ctx, ticket);
  return { deletedId: ticket.id, userErrors: [] };
}

/** Scheduled task: removes a ticket whose time in the bin (trash) is over. */
export const purgeExpiredTicket = (ctx: Context, row: object): Promise<void> =>
  removeTicket(ctx, managedEntity(ctx, Ticket, row));

/**
 * Deletes a ticket and its content. Its number is not used again. Its events stay, but their
 * personal data is erased.
 */
async function removeTicket(ctx: Context, ticket: Ticket): Promise<void> {
  await appendEvents(ctx, [
    ...(await detachRelations(ctx, ticket)),
    withoutPersonalData(ticketEvent('ticket.purged', ticket, { internal: true })),
  ]);
  await scheduleErasure(ctx, ticket);
  await deleteAttachmentsOfTicket(ctx, ticket.id);
  const id = sql`${uuidOf('tkt', ticket.id)}::uuid`;
  for (const table of ['presence', 'ticket_tag', 'field_value', 'ticket_text', 'message'])
    await execute(ctx, sql`delete from ${sql.table(table)} where ticket_id = ${id}`);
  await execute(ctx, sql`delete from ticket where id = ${id}`);
  ctx.em.clear();
}

/**
 * Removes the references of other tickets to a ticket that is purged: links, merges and splits.
 * Returns the events to append.
 */
async function detachRelations(ctx: Context, { id }: Ticket): Promise<NewEvent[]> {
  const uuid = sql`${uuidOf('tkt', id)}::uuid`;
  const otherRows = await execute(
    ctx,
    sql<{ link_kinds: TicketLinkKind[] }>`
      select t.*, array(select kind from ticket_link
        where ticket_id = ${uuid} and other_id = t.id order by kind) as link_kinds
      from ticket t
      where t.workspace_id = ${ctx.workspace}::uuid
        and (t.merged_into_id = ${uuid} or t.split_from_id = ${uuid}
          or t.id = any(array(select other_id from ticket_link where ticket_id = ${uuid})))
      order by t.id for update`,
  );
  const others = hydrate(ctx.orm, Ticket, otherRows);
  const events = others.flatMap((other, index) => [
    ...removeLinks(other, id, otherRows[index]!.link_kinds),
    ...removeOrigin(other, id),
  ]);
  await updateEntities(ctx, Ticket, others);
  return events;
}

function removeLinks(other: Ticket, id: string, kinds: readonly TicketLinkKind[]): NewEvent[] {
  if (other.problemId === id) other.problemId = null;
  return kinds.map((kind) =>
    ticketEvent('ticket.unlinked', other, {
      changes: { links: [{ kind: INVERSE_LINK_KIND[kind], ticketId: id }, null] },
      internal: true,
    }),
  );
}

function removeOrigin(other: Ticket, id: string): NewEvent[] {
  const changes: Changes = {};
  if (other.mergedIntoId === id) changes['mergedInto'] = [id, (other.mergedIntoId = null)];
  if (other.splitFromId === id) changes['splitFrom'] = [id, (other.splitFromId = null)];
  return Object.keys(changes).length ? [ticketEvent('ticket.updated', other, { changes })] : [];
}
