import type { NewEvent } from '@deskgraph/common/events/types';
import type { Context } from '@deskgraph/common/database/context';
import { renderVariables } from '../../configuration/canned-response/template.ts';
import { replyChannels } from '../message/channel.ts';
import { added } from '../../model/message/events.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { indexPublicMessages, createMessage } from '../message/write.ts';
import { settled } from '../../model/ticket/end-escalation.ts';
import { moved, standingOf } from '../../model/ticket/events.ts';
import { lock } from '../../model/lookup/lock.ts';
import { moveTo } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { below, held } from '../../model/ticket/open-children.ts';

export interface Solving {
  at: Date;
  closeAfter: string;
  /** Goes to each requester. */
  reply: string | null | undefined;
}

/**
 * Solves the incidents of a problem that are not solved yet, and answers each requester; it does not count as handled. One that has open parts
 * stays as it is.
 */
export async function solveIncidents(
  ctx: Context,
  problem: Ticket,
  { at, closeAfter, reply }: Solving,
): Promise<NewEvent[]> {
  const left = (await lock(ctx, (await below(ctx, problem.id)).incidents)).filter((ticket) =>
    isLeft(ctx, ticket),
  );
  if (!left.length) return [];
  const open = await held(
    ctx,
    left.map(({ id }) => id),
    ['CHILD'],
  );
  const solved = left.filter(({ id }) => !open.has(id));
  const replies = reply ? await createReplies(ctx, solved, reply, at) : [];
  await indexPublicMessages(ctx, replies);
  const told = new Map(replies.map((message) => [message.ticketId, message]));
  return solved.flatMap((ticket) =>
    solveOne(ctx, problem, ticket, { at, closeAfter, message: told.get(ticket.id) }),
  );
}

function solveOne(
  { actor }: Context,
  problem: Ticket,
  ticket: Ticket,
  { at, closeAfter, message }: Omit<Solving, 'reply'> & { message: Message | undefined },
): NewEvent[] {
  const from = standingOf(ticket);
  const facts = message ? [added(ticket, message)] : [];
  const by = actor.kind === 'agent' ? actor.id : null;
  moveTo(ticket, TicketStatus.SOLVED, at, closeAfter, {
    by,
    code: ResolutionCode.INCIDENT,
    text: null,
  });
  facts.push(
    moved(ticket, from, { occurredAt: at, resolutionCode: ResolutionCode.INCIDENT, problemId: problem.id }),
  );
  return [...facts, ...settled(ticket, at)];
}

const isLeft = ({ actor }: Context, ticket: Ticket): boolean =>
  isTicketVisible(actor, ticket) && !DONE.has(ticket.status) && !ticket.deletedAt && !ticket.mergedIntoId;

const DONE: ReadonlySet<TicketStatus> = new Set([TicketStatus.SOLVED, TicketStatus.CLOSED]);

/** The caller's public answer in each of the tickets, with its variables filled. */
export async function createReplies(
  ctx: Context,
  tickets: readonly Ticket[],
  reply: string,
  at: Date,
): Promise<Message[]> {
  const channelOf = await replyChannels(ctx, tickets);
  return Promise.all(
    tickets.map(async (ticket) =>
      createMessage(ctx, {
        ticketId: ticket.id,
        author: ctx.actor,
        visibility: MessageVisibility.PUBLIC,
        channel: channelOf(ticket),
        body: await renderVariables(ctx, ticket, reply),
        at,
      }),
    ),
  );
}
