import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { lockTicket } from '../../model/lookup/lock.ts';
import { messageAddedEvent } from '../../model/message/events.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { endEscalation } from '../../model/ticket/pending-work.ts';
import { ticketEvent, statusChangedEvent, statusSnapshot } from '../../model/ticket/events.ts';
import { workBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import { applyStatus } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { findMentionedAgents } from '../../people/participant/mention.ts';
import { type NewAssignment, reassignTicket } from '../../staff/agent/assignment.ts';
import { indexMessages } from '../message/search-index.ts';
import { createMessage } from '../message/write.ts';
import type { TicketAssignInput, TicketAssignPayload } from './workflow-input.ts';

/** Assigns a ticket to an agent or a department, which ends its escalation. */
export async function assignTicket(
  ctx: Context,
  input: TicketAssignInput,
): Promise<TicketAssignPayload> {
  const ticket = await lockTicket(ctx, input.id);
  refuseStaleVersion(ticket, input.expectedVersion);
  refuseIfBlocked(workBlocker(ticket), 'id');
  const assigned = await applyAssignment(ctx, ticket, input);
  await appendEvents(ctx, [
    ...assigned,
    ...(assigned.length ? endEscalation(ticket, 'assign') : []),
    ...(await addComment(ctx, ticket, input.comment)),
  ]);
  return { ticket, userErrors: [] };
}

/**
 * Changes the assignment of a locked ticket; a NEW ticket that gets an assignee becomes OPEN.
 * Returns the events to append.
 */
export async function applyAssignment(
  ctx: Context,
  ticket: Ticket,
  assignment: NewAssignment,
): Promise<NewEvent[]> {
  const changes = await reassignTicket(ctx, ticket, assignment);
  if (!Object.keys(changes).length) return [];
  const assigned = ticketEvent('ticket.assigned', ticket, { changes });
  if (!ticket.assigneeId || ticket.status !== TicketStatus.NEW) return [assigned];
  const from = statusSnapshot(ticket);
  applyStatus(ticket, TicketStatus.OPEN, new Date(), (await currentWorkspace(ctx)).closeAfter);
  return [assigned, statusChangedEvent(ticket, from, { cause: 'assign' })];
}

async function addComment(
  ctx: Context,
  ticket: Ticket,
  body: string | null | undefined,
): Promise<NewEvent[]> {
  if (!body) return [];
  const note = createMessage(ctx, {
    ticketId: ticket.id,
    author: ctx.actor,
    visibility: MessageVisibility.PRIVATE,
    channel: ticket.channel,
    body,
    mentionIds: await findMentionedAgents(ctx, body, 'comment'),
    createdAt: new Date(),
  });
  await indexMessages(ctx, ticket.id, [note]);
  return [messageAddedEvent(ticket, note)];
}
