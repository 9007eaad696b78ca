import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import { renderVariables } from '../../configuration/canned-response/template.ts';
import { refuseUnseenActivity } from '../../history/event/conflict-check.ts';
import { lockTicket, lockMergeTarget } from '../../model/lookup/lock.ts';
import { Message, MessageVisibility } from '../../model/message/message.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { replyBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { refuseBlockedCaller } from '../../people/block-list/block-list.ts';
import { findMessageMentions } from '../../people/participant/mention.ts';
import { appOnlyExternalId } from '../../staff/references.ts';
import { attachFiles } from '../attachment/mutations.ts';
import { deleteDraft } from '../draft/mutations.ts';
import { createFollowUp } from './follow-up.ts';
import type { MessageAddInput, MessageAddPayload } from './input.ts';
import { postMessage } from './post.ts';
import { scheduleMessage, sendTime } from './schedule.ts';
import { createMessage, refuseVisibility, replyChannels } from './write.ts';

/**
 * Adds a reply or a note to a ticket; of a merged ticket, to the ticket into which it was merged. A
 * reply of the requester reopens the ticket; to a CLOSED ticket it creates a follow-up.
 */
export async function addMessage(ctx: Context, input: MessageAddInput): Promise<MessageAddPayload> {
  const { actor } = ctx;
  const { visibility } = input;
  refuseVisibility(actor, visibility);
  requireSeen(actor, input);
  if (input.status && actor.kind === 'customer') throw new Refusal('FORBIDDEN', 'status');
  await refuseBlockedCaller(ctx);
  const sendAt = await sendTime(ctx, input);
  const externalId = appOnlyExternalId(actor, input.externalId);
  const addressed = await lockTicket(ctx, input.ticketId, 'ticketId');
  const ticket = await lockMergeTarget(ctx, addressed, 'ticketId');
  const existing = externalId && (await ctx.em.findOne(Message, { appId: actor.id, externalId }));
  if (existing) return repeatedResult(existing, ticket);
  if (visibility === MessageVisibility.PUBLIC) {
    refuseIfBlocked(replyBlocker(actor, ticket), 'ticketId');
    if (ticket.status === TicketStatus.CLOSED) return createFollowUp(ctx, ticket, input);
  }
  if (input.seen && !input.override) await refuseUnseenActivity(ctx, ticket, input.seen);
  const body = await renderVariables(ctx, ticket, input.body);
  const message = createMessage(ctx, {
    ticketId: ticket.id,
    // Replies remember the merged ticket to which they were addressed; notes do not.
    homeId: addressed === ticket || visibility === MessageVisibility.PRIVATE ? null : addressed.id,
    author: actor,
    visibility,
    channel: input.channel ?? (await replyChannels(ctx, [ticket]))(ticket),
    body,
    mentionIds: await findMessageMentions(ctx, { author: actor, visibility, body }),
    externalId,
    createdAt: new Date(),
    sendAt,
  });
  await attachFiles(ctx, message, input.attachmentIds);
  if (actor.kind === 'agent' && !ctx.cause) await deleteDraft(ctx, ticket.id, visibility);
  if (sendAt) await scheduleMessage(ctx, ticket, message, input);
  else await appendEvents(ctx, await postMessage(ctx, ticket, message, input.status));
  return { message, ticket, userErrors: [] };
}

/** An app that repeats an external id gets the message that has it already. */
function repeatedResult(message: Message, ticket: Ticket): MessageAddPayload {
  if (message.ticketId !== ticket.id) throw new Refusal('TAKEN', 'externalId');
  return { message, ticket, userErrors: [] };
}

/** Agents state what they have read, so that two concurrent replies do not miss each other. */
function requireSeen(actor: Actor, { visibility, seen, override }: MessageAddInput): void {
  if (actor.kind === 'agent' && visibility === MessageVisibility.PUBLIC && !seen && !override)
    throw new Refusal('REQUIRED', 'seen');
}
