import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { lockTicket } from '../../model/lookup/lock.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { statusChangedEvent, statusSnapshot } from '../../model/ticket/events.ts';
import { workBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import { applyStatus } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { refuseBlockedCaller } from '../../people/block-list/block-list.ts';
import { findMentionedAgents } from '../../people/participant/mention.ts';
import { clearInactiveAssignment } from '../../staff/agent/assignment.ts';
import { postMessage } from '../message/post.ts';
import { createMessage } from '../message/write.ts';
import type { TicketReopenInput, TicketReopenPayload } from './workflow-input.ts';

/**
 * Moves a SOLVED ticket back to OPEN; if the requester reopens it, they wait for an answer again.
 */
export async function reopenTicket(
  ctx: Context,
  { id, reason }: TicketReopenInput,
): Promise<TicketReopenPayload> {
  await refuseBlockedCaller(ctx);
  const ticket = await lockTicket(ctx, id);
  refuseIfBlocked(workBlocker(ticket), 'id');
  if (ticket.status !== TicketStatus.SOLVED) throw new Refusal('STATUS_NOT_ALLOWED', 'id');
  const now = new Date();
  const events = reason
    ? await postMessage(ctx, ticket, await createReason(ctx, ticket, reason, now))
    : [];
  await appendEvents(ctx, [...events, ...(await moveToOpen(ctx, ticket, now))]);
  return { ticket, userErrors: [] };
}

/** The reason of a requester is a public reply, that of an agent or an app a note. */
async function createReason(
  ctx: Context,
  ticket: Ticket,
  body: string,
  createdAt: Date,
): Promise<Message> {
  const isReply = ctx.actor.kind === 'customer';
  return createMessage(ctx, {
    ticketId: ticket.id,
    author: ctx.actor,
    visibility: isReply ? MessageVisibility.PUBLIC : MessageVisibility.PRIVATE,
    channel: ticket.channel,
    body,
    mentionIds: isReply ? [] : await findMentionedAgents(ctx, body, 'reason'),
    createdAt,
  });
}

/** Does nothing if the reply of the requester has reopened the ticket already. */
async function moveToOpen(ctx: Context, ticket: Ticket, now: Date): Promise<NewEvent[]> {
  if (ticket.status !== TicketStatus.SOLVED) return [];
  const from = statusSnapshot(ticket);
  if (ctx.actor.kind === 'customer') ticket.waitingSince ??= now;
  applyStatus(ticket, TicketStatus.OPEN, now, (await currentWorkspace(ctx)).closeAfter);
  return [
    statusChangedEvent(ticket, from, { occurredAt: now }),
    ...(await clearInactiveAssignment(ctx, ticket, from.status)),
  ];
}
