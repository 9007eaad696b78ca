import { Refusal } from '@deskgraph/common/core/errors';
import { type NewEvent, appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { postMessage } from '../message/post.ts';
import { createMessage } from '../message/write.ts';
import { mentionedIn } from '../../people/participant/mention.ts';
import { refuseBlockedCaller } from '../../people/block-list/refuse.ts';
import { workspaceOf } from '../../model/workspace/workspace.ts';
import { againstWork, refuse } from '../../model/ticket/preconditions.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import { moved, standingOf } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { TicketReopenInput } from './input.ts';
import type { TicketReopenPayload } from './payload.ts';
import { moveTo } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';

/** SOLVED is not the end: who is not content sends the ticket back to work. A requester waits for an answer from now on. */
export async function reopenTicket(
  ctx: Context,
  { id, reason }: TicketReopenInput,
): Promise<TicketReopenPayload> {
  await refuseBlockedCaller(ctx);
  const ticket = await locked(ctx, id);
  refuse(againstWork(ticket), 'id');
  if (ticket.status !== TicketStatus.SOLVED) throw new Refusal('STATUS_NOT_ALLOWED', 'id');
  const at = new Date();
  const said = reason ? await postMessage(ctx, ticket, await message(ctx, ticket, reason, at)) : [];
  await appendEvents(ctx, [...said, ...(await sentBack(ctx, ticket, at))]);
  return { ticket, userErrors: [] };
}

/** What a requester says he says to the desk, as in any reply; what others say is between the staff. */
async function message(ctx: Context, ticket: Ticket, body: string, at: Date): Promise<Message> {
  const { actor: author } = ctx;
  const isOpen = author.kind === 'customer';
  const visibility = isOpen ? MessageVisibility.PUBLIC : MessageVisibility.PRIVATE;
  const mentionIds = isOpen ? [] : await mentionedIn(ctx, body, 'reason');
  return createMessage(ctx, {
    ticketId: ticket.id,
    author,
    visibility,
    channel: ticket.channel,
    body,
    mentionIds,
    at,
  });
}

/** The words of a requester have sent it back already. */
async function sentBack(ctx: Context, ticket: Ticket, at: Date): Promise<NewEvent[]> {
  if (ticket.status !== TicketStatus.SOLVED) return [];
  const from = standingOf(ticket);
  if (ctx.actor.kind === 'customer') ticket.waitingSince ??= at;
  moveTo(ticket, TicketStatus.OPEN, at, (await workspaceOf(ctx)).closeAfter);
  return [
    moved(ticket, from, { occurredAt: at }),
    ...(await clearInactiveAssignment(ctx, ticket, from.status)),
  ];
}
