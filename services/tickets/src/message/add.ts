import type { Actor } from '@deskgraph/common/access';
import { Refusal } from '@deskgraph/common/errors';
import { type NewFact, recordAll } from '@deskgraph/common/events';
import type { Context } from '@deskgraph/common/transaction';
import { filled } from '../canned/in-message.ts';
import { attach } from '../attachment/attach.ts';
import { refuseUnseen } from '../event/unseen.ts';
import { refuseOpenChildren } from '../link/held.ts';
import { backToWork } from '../ticket/back.ts';
import { moved } from '../ticket/fact.ts';
import { locked } from '../ticket/find.ts';
import { followUp } from '../ticket/follow-up.ts';
import { headOf } from '../ticket/head.ts';
import { ownExternalId } from '../ticket/reference.ts';
import { afterAgent, afterRequester, allowMove, moveTo } from '../ticket/status.ts';
import { solve } from '../ticket/status-change.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { woken } from '../ticket/wake.ts';
import { TicketStatus } from '../ticket/words.ts';
import { workspaceOf } from '../workspace/workspace.ts';
import { allowVisibility } from './allow-visibility.ts';
import { answered } from './answered.ts';
import { added } from './fact.ts';
import type { MessageAddInput, MessageAddPayload } from './input.ts';
import { Message, MessageVisibility } from './message.ts';
import { index, write } from './write.ts';

/** A reply or note; what is folded into another ticket is answered there. A requester's reply brings the ticket back to work; on a closed one it makes a follow-up. */
export async function add(ctx: Context, input: MessageAddInput): Promise<MessageAddPayload> {
  const { actor } = ctx;
  allowVisibility(actor, input.visibility);
  requireSeen(actor, input);
  if (input.status && actor.kind === 'customer') throw new Refusal('FORBIDDEN', 'status');
  const externalId = ownExternalId(actor, input.externalId);
  const named = await locked(ctx, input.ticketId, 'ticketId');
  const ticket = await headOf(ctx, named, 'ticketId');
  const earlier = externalId && (await ctx.em.findOne(Message, { appId: actor.id, externalId }));
  if (earlier) return sameAgain(earlier, ticket);
  if (ticket.status === TicketStatus.CLOSED && input.visibility === MessageVisibility.PUBLIC) {
    if (actor.kind === 'customer') return followUp(ctx, ticket, input.body, input.attachmentIds);
    throw new Refusal('TICKET_CLOSED', 'ticketId');
  }
  if (input.seen && !input.override) await refuseUnseen(ctx, ticket, input.seen);
  const at = new Date();
  const channel = input.channel ?? ticket.channel;
  const message = write(ctx, {
    ticketId: ticket.id,
    // Notes have no address that leads anywhere else.
    homeId: named === ticket || input.visibility === MessageVisibility.PRIVATE ? null : named.id,
    author: actor,
    visibility: input.visibility,
    channel,
    body: await filled(ctx, ticket, input.body),
    externalId,
    at,
  });
  await attach(ctx, message, input.attachmentIds);
  const firstReply = answered(actor, ticket, message);
  const said = added(ticket, message, firstReply);
  const moves = await move(ctx, ticket, input, message);
  const wakes = actor.kind === 'customer' && ticket.wakeOnReply ? woken(ticket, 'reply', at) : [];
  await index(ctx, ticket.id, [message]);
  await recordAll(ctx, [said, ...moves, ...wakes]);
  return { message, ticket, userErrors: [] };
}

function sameAgain(message: Message, ticket: Ticket): MessageAddPayload {
  if (message.ticketId !== ticket.id) throw new Refusal('TAKEN', 'externalId');
  return { message, ticket, userErrors: [] };
}

/** People who answer say what they have read, so that no two of them answer past each other. Apps answer without reading. */
function requireSeen(actor: Actor, { visibility, seen, override }: MessageAddInput): void {
  if (actor.kind === 'agent' && visibility === MessageVisibility.PUBLIC && !seen && !override) throw new Refusal('REQUIRED', 'seen');
}

async function move(ctx: Context, ticket: Ticket, input: MessageAddInput, message: Message): Promise<NewFact[]> {
  const from = ticket.status;
  const to = input.status ?? automatic(ctx.actor, from, message);
  if (to === from) return [];
  const workspace = await workspaceOf(ctx);
  if (input.status) allowMove(from, to, workspace, 'status');
  if (to === TicketStatus.SOLVED) await refuseOpenChildren(ctx, ticket.id, 'status');
  const solution = to === TicketStatus.SOLVED ? solve(ctx, ticket, {}) : undefined;
  moveTo(ticket, to, message.createdAt, workspace.closeAfter, solution);
  const facts = [moved(ticket, from, solution && { resolutionCode: solution.code, changes: solution.changes })];
  return [...facts, ...(solution ? woken(ticket, 'status', message.createdAt) : []), ...(await backToWork(ctx, ticket, from))];
}

function automatic(actor: Actor, status: TicketStatus, message: Message): TicketStatus {
  if (message.visibility === MessageVisibility.PRIVATE) return status;
  return actor.kind === 'customer' ? afterRequester(status) : afterAgent(status);
}
