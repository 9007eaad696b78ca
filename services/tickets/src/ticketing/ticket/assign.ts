import { type NewEvent, appendEvents } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { added } from '../../model/message/events.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { indexMessages, createMessage } from '../message/write.ts';
import { mentionedIn } from '../../people/participant/mention.ts';
import { workspaceOf } from '../../model/workspace/workspace.ts';
import { againstWork, refuse } from '../../model/ticket/preconditions.ts';
import { calmed } from '../../model/ticket/end-escalation.ts';
import { fact, moved, standingOf } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import type { TicketAssignInput } from './input.ts';
import type { TicketAssignPayload } from './payload.ts';
import { type NewAssignment, reassignTicket } from '../../staff/agent/assignment.ts';
import { moveTo } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';

/** Hands a ticket to an agent or department; NEW becomes OPEN when an agent takes it. */
export async function assignTicket(
  ctx: Context,
  input: TicketAssignInput,
): Promise<TicketAssignPayload> {
  const ticket = await locked(ctx, input.id);
  refuseStaleVersion(ticket, input.expectedVersion);
  refuse(againstWork(ticket), 'id');
  const moves = await applyAssignment(ctx, ticket, input);
  const facts = [
    ...moves,
    ...(moves.length ? calmed(ticket, 'assign') : []),
    ...(await comment(ctx, ticket, input.comment)),
  ];
  await appendEvents(ctx, facts);
  return { ticket, userErrors: [] };
}

/** Puts a ticket that is at hand into other hands; the facts are to be recorded. */
export async function applyAssignment(
  ctx: Context,
  ticket: Ticket,
  input: NewAssignment,
): Promise<NewEvent[]> {
  const changes = await reassignTicket(ctx, ticket, input);
  if (!Object.keys(changes).length) return [];
  const assigned = fact('ticket.assigned', ticket, { changes });
  if (!ticket.assigneeId || ticket.status !== TicketStatus.NEW) return [assigned];
  const from = standingOf(ticket);
  moveTo(ticket, TicketStatus.OPEN, new Date(), (await workspaceOf(ctx)).closeAfter);
  return [assigned, moved(ticket, from, { cause: 'assign' })];
}

async function comment(
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
    mentionIds: await mentionedIn(ctx, body, 'comment'),
    at: new Date(),
  });
  await indexMessages(ctx, ticket.id, [note]);
  return [added(ticket, note)];
}
