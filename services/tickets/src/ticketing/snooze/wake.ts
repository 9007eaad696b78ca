import { type NewEvent, appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { fact } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { TicketWakeInput } from '../ticket/input.ts';
import type { TicketWakePayload } from '../ticket/payload.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** What ended a postponement. */
export type WakeCause = 'hand' | 'time' | 'reply' | 'status' | 'escalation';

/** Ends the postponement of a ticket, if there is one; the facts are to be recorded. */
export function woken(ticket: Ticket, cause: WakeCause, at = new Date()): NewEvent[] {
  const before = ticket.snooze;
  if (!before) return [];
  Object.assign(ticket, { snoozedAt: null, snoozedUntil: null, wakeOnReply: true });
  Object.assign(ticket, { snoozedByKind: null, snoozedById: null, snoozedByName: null });
  return [
    fact('ticket.woken', ticket, {
      occurredAt: at,
      cause,
      changes: { snooze: [before, null] },
      internal: true,
    }),
  ];
}

/** Ends a postponement by hand; a ticket that is awake stays so. */
export async function wakeTicket(ctx: Context, input: TicketWakeInput): Promise<TicketWakePayload> {
  const ticket = await locked(ctx, input.id);
  await appendEvents(ctx, woken(ticket, 'hand'));
  return { ticket, userErrors: [] };
}

/** The instant has come. */
export async function wakeSnoozedTicket(ctx: Context, row: object): Promise<void> {
  await appendEvents(ctx, woken(ctx.em.map(Ticket, row as never), 'time'));
}
