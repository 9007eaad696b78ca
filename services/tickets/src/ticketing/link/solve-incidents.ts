import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { Context } from '@deskgraph/common/database/context';
import type { NewEvent } from '@deskgraph/common/events/types';
import { lockExistingTickets } from '../../model/lookup/lock.ts';
import { messageAddedEvent } from '../../model/message/events.ts';
import type { Message } from '../../model/message/message.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import { endPendingWork } from '../../model/ticket/pending-work.ts';
import { statusChangedEvent, statusSnapshot } from '../../model/ticket/events.ts';
import { dependentsOf, ticketsWithOpenLinks } from '../../model/ticket/open-children.ts';
import { applyStatus } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { indexPublicMessages } from '../message/search-index.ts';
import { createReplies } from '../message/write.ts';

export interface SolveIncidentsOptions {
  solvedAt: Date;
  closeAfter: string;
  /** A public reply to the requester of each incident. */
  reply: string | null | undefined;
}

/**
 * Solves the unsolved incidents of a problem. Incidents with open children stay as they are. The
 * replies do not count as handling a ticket. Returns the events to append.
 */
export async function solveIncidents(
  ctx: Context,
  problem: Ticket,
  { solvedAt, closeAfter, reply }: SolveIncidentsOptions,
): Promise<NewEvent[]> {
  const { incidentIds } = await dependentsOf(ctx, problem.id);
  const incidents = await lockExistingTickets(ctx, incidentIds);
  const unsolved = incidents.filter((ticket) => canBeSolved(ctx, ticket));
  if (!unsolved.length) return [];
  const withOpenChildren = await ticketsWithOpenLinks(
    ctx,
    unsolved.map(({ id }) => id),
    ['CHILD'],
  );
  const tickets = unsolved.filter(({ id }) => !withOpenChildren.has(id));
  const replies = reply ? await createReplies(ctx, tickets, reply, solvedAt) : [];
  await indexPublicMessages(ctx, replies);
  const replyTo = new Map(replies.map((message) => [message.ticketId, message]));
  return tickets.flatMap((ticket) =>
    solveIncident(ctx, ticket, { problem, solvedAt, closeAfter, reply: replyTo.get(ticket.id) }),
  );
}

const canBeSolved = ({ actor }: Context, ticket: Ticket): boolean =>
  isTicketVisible(actor, ticket) &&
  ticket.status !== TicketStatus.SOLVED &&
  ticket.status !== TicketStatus.CLOSED &&
  !ticket.deletedAt &&
  !ticket.mergedIntoId;

interface SolveIncidentOptions {
  problem: Ticket;
  solvedAt: Date;
  closeAfter: string;
  reply: Message | undefined;
}

function solveIncident(
  { actor }: Context,
  ticket: Ticket,
  { problem, solvedAt, closeAfter, reply }: SolveIncidentOptions,
): NewEvent[] {
  const from = statusSnapshot(ticket);
  const events = reply ? [messageAddedEvent(ticket, reply)] : [];
  applyStatus(ticket, TicketStatus.SOLVED, solvedAt, closeAfter, {
    by: actor.kind === 'agent' ? actor.id : null,
    code: ResolutionCode.INCIDENT,
    text: null,
  });
  events.push(
    statusChangedEvent(ticket, from, {
      occurredAt: solvedAt,
      resolutionCode: ResolutionCode.INCIDENT,
      problemId: problem.id,
    }),
  );
  return [...events, ...endPendingWork(ticket, solvedAt)];
}
