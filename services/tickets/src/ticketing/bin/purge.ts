import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { deleteAttachmentsOfTicket } from '../attachment/release.ts';
import { fact } from '../../model/ticket/events.ts';
import { lockedAnywhere } from '../../model/lookup/lock.ts';
import { scheduleErasure, withoutPersonalData } from './erase-personal-data.ts';
import { detachRelations } from './detach-relations.ts';
import type { TicketPurgeInput, TicketPurgePayload } from './input.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** Removes a ticket of the bin for ever. */
export async function purgeTicket(
  ctx: Context,
  { id }: TicketPurgeInput,
): Promise<TicketPurgePayload> {
  const ticket = await lockedAnywhere(ctx, id);
  if (!ticket.deletedAt) throw new Refusal('NOT_DELETED', 'id');
  await destroy(ctx, ticket);
  return { deletedId: ticket.id, userErrors: [] };
}

/** It was in the bin for long enough. */
export const purgeExpiredTicket = (ctx: Context, row: object): Promise<void> =>
  destroy(ctx, ctx.em.map(Ticket, row as never));

/** With all that was said in it. Its number is not given again, and the log goes on telling what was done to it, but not of whom. */
async function destroy(ctx: Context, ticket: Ticket): Promise<void> {
  await appendEvents(ctx, [
    ...(await detachRelations(ctx, ticket)),
    withoutPersonalData(fact('ticket.purged', ticket, { internal: true })),
  ]);
  await scheduleErasure(ctx, ticket);
  await deleteAttachmentsOfTicket(ctx, ticket.id);
  const db = ctx.em.getKysely();
  const id = sql`${uuidOf('tkt', ticket.id)}::uuid`;
  for (const table of ['presence', 'ticket_tag', 'field_value', 'ticket_text', 'message'])
    await sql`delete from ${sql.table(table)} where ticket_id = ${id}`.execute(db);
  await sql`delete from ticket where id = ${id}`.execute(db);
  ctx.em.clear();
}
