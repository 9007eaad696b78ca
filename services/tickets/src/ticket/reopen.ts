import { Refusal } from '@deskgraph/common/errors';
import { type NewFact, recordAll } from '@deskgraph/common/events';
import type { Context } from '@deskgraph/common/transaction';
import { answered } from '../message/answered.ts';
import { added } from '../message/fact.ts';
import { MessageVisibility } from '../message/message.ts';
import { index, write } from '../message/write.ts';
import { workspaceOf } from '../workspace/workspace.ts';
import { againstFolding, refuse } from './against.ts';
import { backToWork } from './back.ts';
import { moved, standingOf } from './fact.ts';
import { locked } from './find.ts';
import type { TicketReopenInput } from './input.ts';
import type { TicketReopenPayload } from './payload.ts';
import { moveTo } from './status.ts';
import type { Ticket } from './ticket.ts';
import { TicketStatus } from './words.ts';

/** SOLVED is not the end: who is not content sends the ticket back to work. A requester waits for an answer from now on. */
export async function reopen(ctx: Context, { id, reason }: TicketReopenInput): Promise<TicketReopenPayload> {
  const ticket = await locked(ctx, id);
  refuse(againstFolding(ticket), 'id');
  if (ticket.status !== TicketStatus.SOLVED) throw new Refusal('STATUS_NOT_ALLOWED', 'id');
  const at = new Date();
  const from = standingOf(ticket);
  if (ctx.actor.kind === 'customer') ticket.waitingSince ??= at;
  const facts = reason ? await say(ctx, ticket, reason, at) : [];
  moveTo(ticket, TicketStatus.OPEN, at, (await workspaceOf(ctx)).closeAfter);
  facts.push(moved(ticket, from, { at }));
  await recordAll(ctx, [...facts, ...(await backToWork(ctx, ticket, from.status))]);
  return { ticket, userErrors: [] };
}

/** What a requester says he says to the desk, as in any reply; what others say is between the staff. */
async function say(ctx: Context, ticket: Ticket, body: string, at: Date): Promise<NewFact[]> {
  const visibility = ctx.actor.kind === 'customer' ? MessageVisibility.PUBLIC : MessageVisibility.PRIVATE;
  const message = write(ctx, { ticketId: ticket.id, author: ctx.actor, visibility, channel: ticket.channel, body, at });
  await index(ctx, ticket.id, [message]);
  return [added(ticket, message, answered(ctx.actor, ticket, message))];
}
