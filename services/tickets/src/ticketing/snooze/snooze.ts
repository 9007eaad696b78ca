import { due } from '@deskgraph/common/jobs/scheduler';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { fact } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { TicketSnoozeInput } from '../ticket/input.ts';
import type { TicketSnoozePayload } from '../ticket/payload.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';

const MAX_SNOOZE_MS = 365 * 24 * 3_600_000;

/** Postpones a ticket; who postpones it again says anew until when. */
export async function snoozeTicket(
  ctx: Context,
  input: TicketSnoozeInput,
): Promise<TicketSnoozePayload> {
  const ticket = await locked(ctx, input.id);
  if (ticket.status === TicketStatus.CLOSED) throw new Refusal('TICKET_CLOSED', 'id');
  if (ticket.status === TicketStatus.SOLVED) throw new Refusal('STATUS_NOT_ALLOWED', 'id');
  const at = new Date();
  const until = input.until ?? null;
  const wakeOnReply = input.wakeOnReply ?? true;
  if (until && (until <= at || until.getTime() > at.getTime() + MAX_SNOOZE_MS))
    throw new Refusal('INVALID', 'until');
  if (!until && !wakeOnReply) throw new Refusal('INVALID', 'wakeOnReply');
  const before = ticket.snooze;
  const { kind, id, name } = ctx.actor;
  const by = { snoozedByKind: kind, snoozedById: id, snoozedByName: name };
  Object.assign(ticket, { snoozedAt: at, snoozedUntil: until, wakeOnReply, ...by });
  await appendEvents(ctx, [
    fact('ticket.snoozed', ticket, {
      occurredAt: at,
      changes: { snooze: [before, ticket.snooze] },
      internal: true,
    }),
  ]);
  if (until) due(ctx, until);
  return { ticket, userErrors: [] };
}
