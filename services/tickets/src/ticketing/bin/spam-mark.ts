import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { blockRequester } from '../../people/block-list/block.ts';
import { fact } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { TicketSpamMarkInput, TicketSpamMarkPayload } from './input.ts';

/** Into the spam queue, or out of it; who sent it does not learn of it. */
export async function markTicketSpam(
  ctx: Context,
  { id, spam, blockSender }: TicketSpamMarkInput,
): Promise<TicketSpamMarkPayload> {
  if (blockSender && !spam) throw new Refusal('INVALID', 'blockSender');
  const ticket = await locked(ctx, id);
  if (blockSender) await blockRequester(ctx, ticket.requesterId, 'blockSender');
  if (ticket.spam === spam) return { ticket, userErrors: [] };
  ticket.spam = spam;
  await appendEvents(ctx, [
    fact('ticket.spam_marked', ticket, { changes: { spam: [!spam, spam] }, internal: true }),
  ]);
  return { ticket, userErrors: [] };
}
