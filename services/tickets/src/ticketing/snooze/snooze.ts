import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { managedEntity } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { lockTicket } from '../../model/lookup/lock.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import type {
  TicketSnoozeInput,
  TicketSnoozePayload,
  TicketWakeInput,
  TicketWakePayload,
} from './input.ts';
import { endSnooze } from '../../model/ticket/pending-work.ts';

const MAX_SNOOZE_MS = 365 * 24 * 3_600_000;

/** Hides a ticket from queues until an instant or a reply; a snoozed ticket gets the new end. */
export async function snoozeTicket(
  ctx: Context,
  input: TicketSnoozeInput,
): Promise<TicketSnoozePayload> {
  const ticket = await lockTicket(ctx, input.id);
  if (ticket.status === TicketStatus.CLOSED) throw new Refusal('TICKET_CLOSED', 'id');
  if (ticket.status === TicketStatus.SOLVED) throw new Refusal('STATUS_NOT_ALLOWED', 'id');
  const now = new Date();
  const until = input.until ?? null;
  const wakeOnReply = input.wakeOnReply ?? true;
  if (until && (until <= now || until.getTime() > now.getTime() + MAX_SNOOZE_MS))
    throw new Refusal('INVALID', 'until');
  if (!until && !wakeOnReply) throw new Refusal('INVALID', 'wakeOnReply');
  const before = ticket.snooze;
  Object.assign(ticket, {
    snoozedAt: now,
    snoozedUntil: until,
    wakeOnReply,
    snoozedByKind: ctx.actor.kind,
    snoozedById: ctx.actor.id,
    snoozedByName: ctx.actor.name,
  });
  await appendEvents(ctx, [
    ticketEvent('ticket.snoozed', ticket, {
      occurredAt: now,
      changes: { snooze: [before, ticket.snooze] },
      internal: true,
    }),
  ]);
  if (until) scheduleWakeup(ctx, until);
  return { ticket, userErrors: [] };
}

/** Ends the snooze of a ticket; a ticket that is not snoozed stays as it is. */
export async function wakeTicket(ctx: Context, input: TicketWakeInput): Promise<TicketWakePayload> {
  const ticket = await lockTicket(ctx, input.id);
  await appendEvents(ctx, endSnooze(ticket, 'hand'));
  return { ticket, userErrors: [] };
}

/** Scheduled task: ends a snooze whose instant has come. */
export async function wakeSnoozedTicket(ctx: Context, row: object): Promise<void> {
  await appendEvents(ctx, endSnooze(managedEntity(ctx, Ticket, row), 'time'));
}
