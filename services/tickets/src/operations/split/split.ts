import { TicketOrigin, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { lockTicket } from '../../model/lookup/lock.ts';
import { Message, MessageVisibility } from '../../model/message/message.ts';
import {
  beginOperation,
  recordOperationMessages,
  recordOperationTickets,
} from '../../model/operation/journal.ts';
import { type Operation, OperationKind } from '../../model/operation/operation.ts';
import { ticketSnapshot } from '../../model/operation/snapshot.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { refuseIfBlocked, workBlocker } from '../../model/ticket/preconditions.ts';
import {
  advanceTimers,
  laterOf,
  publicMessagesOf,
  timersOf,
} from '../../model/ticket/response-timers.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { isDepartmentOpen, requireDepartmentId } from '../../staff/references.ts';
import { createEmptyTicket } from '../../ticketing/message/open-ticket.ts';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import type { TicketSplitInput, TicketSplitPayload } from './input.ts';

/** Moves messages of a ticket into a new ticket. Each of the two tickets refers to the other. */
export async function splitTicket(
  ctx: Context,
  input: TicketSplitInput,
): Promise<TicketSplitPayload> {
  const ticket = await lockTicket(ctx, input.id);
  refuseIfBlocked(workBlocker(ticket), 'id');
  const messages = await messagesToMove(ctx, ticket, input.messageIds);
  const now = new Date();
  const before = ticketSnapshot(ticket);
  const newTicket = await createSplitTicket(ctx, { ticket, input, messages, now });
  const operation = beginOperation(ctx, OperationKind.SPLIT, now);
  await moveMessages(ctx, operation, messages, newTicket);
  await updateTimers(ctx, ticket, newTicket);
  await reindexTickets(ctx, [ticket, newTicket]);
  const details = { occurredAt: now, operationId: operation.id };
  await appendEvents(ctx, [
    ticketEvent('ticket.created', newTicket, { occurredAt: now, origin: newTicket.origin }),
    ticketEvent('ticket.split', newTicket, {
      ...details,
      fromId: ticket.id,
      changes: { splitFrom: [null, ticket.id] },
    }),
    ticketEvent('ticket.split', ticket, { ...details, newTicketId: newTicket.id }),
  ]);
  await recordOperationTickets(ctx, operation, [
    { ticket, role: 'FROM', before },
    { ticket: newTicket, role: 'INTO', before: ticketSnapshot(newTicket) },
  ]);
  return { ticket, newTicket, operation, userErrors: [] };
}

/** The messages to move, oldest first. Refused when no message would remain. */
async function messagesToMove(
  ctx: Context,
  ticket: Ticket,
  messageIds: readonly string[],
): Promise<Message[]> {
  const found = await execute(
    ctx,
    sql<{ total: number }>`
      select m.*, (
        select count(*)::integer from message o where o.ticket_id = m.ticket_id) as total
      from message m
      where m.id = any(${ids('msg', messageIds)})
        and m.ticket_id = ${uuidOf('tkt', ticket.id)}::uuid
      order by m.created_at, m.id`,
  );
  const messages = hydrate(ctx.orm, Message, found);
  const missing = messageIds.findIndex((id) => !messages.some((message) => message.id === id));
  if (missing >= 0) throw new Refusal('NOT_FOUND', `messageIds.${missing}`);
  if (found[0]!.total <= messages.length) throw new Refusal('INVALID', 'messageIds');
  return messages;
}

/**
 * The new ticket has the requester and the CCs of the old one, who can still read the moved
 * messages there. It is not assigned.
 */
async function createSplitTicket(
  ctx: Context,
  {
    ticket,
    input,
    messages,
    now,
  }: { ticket: Ticket; input: TicketSplitInput; messages: readonly Message[]; now: Date },
): Promise<Ticket> {
  const { requesterId, requesterName, organizationId, locale } = ticket;
  const firstPublic = messages.find(({ visibility }) => visibility === MessageVisibility.PUBLIC);
  const { kind, id, name } = ctx.actor;
  return createEmptyTicket(
    ctx,
    {
      subject: input.subject,
      body: firstPublic?.text ?? '',
      requester: { id: requesterId, name: requesterName, organizationId, locale },
      requesterName,
      ccIds: ticket.ccIds,
      origin: TicketOrigin.SPLIT,
      channel: ticket.channel,
      author: { kind, id, name },
      priority: ticket.priority,
      categoryId: ticket.categoryId,
      departmentId: await newDepartmentId(ctx, ticket, input),
      product: ticket.product,
      splitFromId: ticket.id,
    },
    now,
  );
}

async function newDepartmentId(
  ctx: Context,
  ticket: Ticket,
  input: TicketSplitInput,
): Promise<string | null> {
  if (typeof input.departmentId === 'string')
    return requireDepartmentId(ctx, input.departmentId, 'departmentId');
  return ticket.departmentId && (await isDepartmentOpen(ctx, ticket.departmentId))
    ? ticket.departmentId
    : null;
}

async function moveMessages(
  ctx: Context,
  operation: Operation,
  messages: readonly Message[],
  to: Ticket,
): Promise<void> {
  const moving: Condition = sql`id = any(${ids('msg', messages)})`;
  await recordOperationMessages(ctx, operation, moving);
  await execute(
    ctx,
    sql`
      update message set ticket_id = ${uuidOf('tkt', to.id)}::uuid, home_id = null
      where ${moving}`,
  );
}

/** Sets the response timers of both tickets by the messages that each of them has now. */
async function updateTimers(ctx: Context, ticket: Ticket, newTicket: Ticket): Promise<void> {
  const messages = await publicMessagesOf(ctx, [ticket.id, newTicket.id]);
  const { waitingSince, handled } = advanceTimers(
    { waitingSince: null, handled: false, firstReplyAt: null },
    messages.get(newTicket.id) ?? [],
  );
  Object.assign(newTicket, {
    waitingSince,
    handled,
    status: handled ? TicketStatus.OPEN : TicketStatus.NEW,
  });
  if (!ticket.waitingSince) return;
  const remaining = timersOf(messages.get(ticket.id) ?? []).waitingSince;
  ticket.waitingSince = remaining && laterOf(remaining, ticket.waitingSince);
}
