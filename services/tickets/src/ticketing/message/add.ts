import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { renderVariables } from '../../configuration/canned-response/template.ts';
import { attachFiles } from '../attachment/mutations.ts';
import { deleteDraft } from '../draft/discard.ts';
import { refuseUnseen } from '../../history/event/conflict-check.ts';
import { refuseBlockedCaller } from '../../people/block-list/refuse.ts';
import { mentionedBy } from '../../people/participant/mention.ts';
import { againstReply, refuse } from '../../model/ticket/preconditions.ts';
import { locked } from '../../model/lookup/lock.ts';
import { createFollowUp } from './follow-up.ts';
import { headOf } from '../../model/ticket/merge-target.ts';
import { appOnlyExternalId } from '../../staff/references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';
import { refuseVisibility } from './allow-visibility.ts';
import { replyChannels } from './channel.ts';
import type { MessageAddInput, MessageAddPayload } from './input.ts';
import { Message, MessageVisibility } from '../../model/message/message.ts';
import { scheduleMessage, sendTime } from './schedule.ts';
import { postMessage } from './post.ts';
import { createMessage } from './write.ts';

/** A reply or note; what is folded into another ticket is answered there. A requester's reply brings the ticket back to work; on a closed one it makes a follow-up. */
export async function addMessage(ctx: Context, input: MessageAddInput): Promise<MessageAddPayload> {
  const { actor } = ctx;
  refuseVisibility(actor, input.visibility);
  requireSeen(actor, input);
  if (input.status && actor.kind === 'customer') throw new Refusal('FORBIDDEN', 'status');
  await refuseBlockedCaller(ctx);
  const sendAt = await sendTime(ctx, input);
  const externalId = appOnlyExternalId(actor, input.externalId);
  const named = await locked(ctx, input.ticketId, 'ticketId');
  const ticket = await headOf(ctx, named, 'ticketId');
  const earlier = externalId && (await ctx.em.findOne(Message, { appId: actor.id, externalId }));
  if (earlier) return sameAgain(earlier, ticket);
  if (input.visibility === MessageVisibility.PUBLIC) {
    refuse(againstReply(actor, ticket), 'ticketId');
    if (ticket.status === TicketStatus.CLOSED) return createFollowUp(ctx, ticket, input);
  }
  if (input.seen && !input.override) await refuseUnseen(ctx, ticket, input.seen);
  const body = await renderVariables(ctx, ticket, input.body);
  const message = createMessage(ctx, {
    ticketId: ticket.id,
    // Notes have no address that leads anywhere else.
    homeId: named === ticket || input.visibility === MessageVisibility.PRIVATE ? null : named.id,
    author: actor,
    visibility: input.visibility,
    channel: input.channel ?? (await replyChannels(ctx, [ticket]))(ticket),
    body,
    mentionIds: await mentionedBy(ctx, { author: actor, visibility: input.visibility, body }),
    externalId,
    at: new Date(),
    sendAt,
  });
  await attachFiles(ctx, message, input.attachmentIds);
  if (actor.kind === 'agent' && !ctx.cause) await deleteDraft(ctx, ticket.id, input.visibility);
  if (sendAt) await scheduleMessage(ctx, ticket, message, input);
  else await appendEvents(ctx, await postMessage(ctx, ticket, message, input.status));
  return { message, ticket, userErrors: [] };
}

function sameAgain(message: Message, ticket: Ticket): MessageAddPayload {
  if (message.ticketId !== ticket.id) throw new Refusal('TAKEN', 'externalId');
  return { message, ticket, userErrors: [] };
}

/** People who answer say what they have read, so that no two of them answer past each other. Apps answer without reading. */
function requireSeen(actor: Actor, { visibility, seen, override }: MessageAddInput): void {
  if (actor.kind === 'agent' && visibility === MessageVisibility.PUBLIC && !seen && !override)
    throw new Refusal('REQUIRED', 'seen');
}
