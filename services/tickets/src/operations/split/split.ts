import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { Message, MessageVisibility } from '../../model/message/message.ts';
import { reindexTickets } from '../../ticketing/message/search-index.ts';
import { runAll, runOn, saidIn } from '../undo/response-timers.ts';
import type { TicketSplitInput, TicketSplitPayload } from '../undo/input.ts';
import {
  beginOperation as beginJournal,
  recordOperationMessages,
  recordOperationTickets,
} from '../../model/operation/journal.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { ticketSnapshot } from '../../model/operation/snapshot.ts';
import { workBlocker, refuseIfBlocked } from '../../model/ticket/preconditions.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { lockTicket } from '../../model/lookup/lock.ts';
import { createEmptyTicket } from '../../ticketing/message/open-ticket.ts';
import { requireDepartmentId, isDepartmentOpen } from '../../staff/references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketOrigin, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/** Cuts messages out into a new ticket, with what they were about; each of the two tickets tells of the other. */
export async function split(ctx: Context, input: TicketSplitInput): Promise<TicketSplitPayload> {
  const ticket = await lockTicket(ctx, input.id);
  refuseIfBlocked(workBlocker(ticket), 'id');
  const messages = await chosen(ctx, ticket, input.messageIds);
  const at = new Date();
  const before = ticketSnapshot(ticket);
  const newTicket = await cut(ctx, ticket, input, messages, at);
  const operation = beginJournal(ctx, OperationKind.SPLIT, at);
  const moving: Condition = sql`id = any(${uuidArray(
    'msg',
    messages.map(({ id }) => id),
  )})`;
  await recordOperationMessages(ctx, operation, moving);
  await sql`update message set ticket_id = ${uuidOf('tkt', newTicket.id)}::uuid, home_id = null where ${moving}`.execute(
    ctx.em.getKysely(),
  );
  await runClocks(ctx, ticket, newTicket);
  await reindexTickets(ctx, [ticket, newTicket]);
  const details = { occurredAt: at, operationId: operation.id };
  await appendEvents(ctx, [
    ticketEvent('ticket.created', newTicket, { occurredAt: at, origin: newTicket.origin }),
    ticketEvent('ticket.split', newTicket, {
      ...details,
      fromId: ticket.id,
      changes: { splitFrom: [null, ticket.id] },
    }),
    ticketEvent('ticket.split', ticket, { ...details, newTicketId: newTicket.id }),
  ]);
  await recordOperationTickets(ctx, operation, [
    { ticket, part: 'FROM', before },
    { ticket: newTicket, part: 'INTO', before: ticketSnapshot(newTicket) },
  ]);
  return { ticket, newTicket, operation, userErrors: [] };
}

/** The messages to move, oldest first; something has to be left. */
async function chosen(
  ctx: Context,
  ticket: Ticket,
  messageIds: readonly string[],
): Promise<Message[]> {
  const { rows } = await sql<object>`
    select m.*, (select count(*)::integer from message o where o.ticket_id = m.ticket_id) as of_all from message m
    where m.id = any(${uuidArray('msg', messageIds)}) and m.ticket_id = ${uuidOf('tkt', ticket.id)}::uuid order by m.created_at, m.id
  `.execute(ctx.em.getKysely());
  const messages = hydrate(ctx.orm, Message, rows);
  const missing = messageIds.findIndex((id) => !messages.some((message) => message.id === id));
  if (missing >= 0) throw new Refusal('NOT_FOUND', `messageIds.${missing}`);
  if ((rows[0] as { of_all: number }).of_all <= messages.length)
    throw new Refusal('INVALID', 'messageIds');
  return messages;
}

/** Of the same requester, who reads in it what he could read before, as do those who get copies; nobody is in charge of it yet. */
async function cut(
  ctx: Context,
  ticket: Ticket,
  input: TicketSplitInput,
  messages: readonly Message[],
  at: Date,
): Promise<Ticket> {
  const { requesterId, requesterName, organizationId, locale } = ticket;
  const first = messages.find(({ visibility }) => visibility === MessageVisibility.PUBLIC);
  const { kind, id, name } = ctx.actor;
  return createEmptyTicket(
    ctx,
    {
      subject: input.subject,
      body: first?.text ?? '',
      requester: { id: requesterId, name: requesterName, organizationId, locale },
      requesterName,
      ccIds: ticket.ccIds,
      origin: TicketOrigin.SPLIT,
      channel: ticket.channel,
      author: { kind, id, name },
      priority: ticket.priority,
      categoryId: ticket.categoryId,
      departmentId: await departmentOf(ctx, ticket, input),
      product: ticket.product,
      splitFromId: ticket.id,
    },
    at,
  );
}

async function departmentOf(
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

/** Each of the two waits for an answer, or not, by what was said in it. */
async function runClocks(ctx: Context, ticket: Ticket, newTicket: Ticket): Promise<void> {
  const said = await saidIn(ctx, [ticket.id, newTicket.id]);
  const { waitingSince, handled } = runOn(
    { waitingSince: null, handled: false, firstReplyAt: null },
    said.get(newTicket.id) ?? [],
  );
  Object.assign(newTicket, {
    waitingSince,
    handled,
    status: handled ? TicketStatus.OPEN : TicketStatus.NEW,
  });
  if (!ticket.waitingSince) return;
  const left = runAll(said.get(ticket.id) ?? []).waitingSince;
  ticket.waitingSince = left && (left > ticket.waitingSince ? left : ticket.waitingSince);
}
