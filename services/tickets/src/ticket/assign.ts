import { type NewFact, recordAll } from '@deskgraph/common/events';
import { Refusal } from '@deskgraph/common/errors';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { added } from '../message/fact.ts';
import { MessageVisibility } from '../message/message.ts';
import { index, write } from '../message/write.ts';
import { workspaceOf } from '../workspace/workspace.ts';
import { type Changes, fact, moved } from './fact.ts';
import { locked } from './find.ts';
import type { TicketAssignInput } from './input.ts';
import type { TicketAssignPayload } from './payload.ts';
import { agentId, departmentId, optional } from './reference.ts';
import { moveTo } from './status.ts';
import type { Ticket } from './ticket.ts';
import { TicketStatus } from './words.ts';

/** Hands a ticket to an agent or department; NEW becomes OPEN when an agent takes it. */
export async function assign(ctx: Context, input: TicketAssignInput): Promise<TicketAssignPayload> {
  const ticket = await locked(ctx, input.id);
  expectVersion(ticket, input.expectedVersion);
  if (ticket.status === TicketStatus.CLOSED) throw new Refusal('TICKET_CLOSED', 'id');
  const facts = [...(await handOver(ctx, ticket, input)), ...(await comment(ctx, ticket, input.comment))];
  await recordAll(ctx, facts);
  return { ticket, userErrors: [] };
}

async function handOver(ctx: Context, ticket: Ticket, input: TicketAssignInput): Promise<NewFact[]> {
  const changes: Changes = {};
  if (input.departmentId !== undefined) {
    const to = await optional(input.departmentId, (id) => departmentId(ctx, id, 'departmentId'));
    if (to !== ticket.departmentId) {
      changes['departmentId'] = [ticket.departmentId, to];
      if (ticket.departmentId && to) ticket.transferCount += 1;
      ticket.departmentId = to;
    }
  }
  if (input.assigneeId !== undefined) {
    const to = await optional(input.assigneeId, (id) => agentId(ctx, id, 'assigneeId'));
    if (to !== ticket.assigneeId) {
      changes['assigneeId'] = [ticket.assigneeId, to];
      ticket.assigneeId = to;
    }
  }
  if (!Object.keys(changes).length) return [];
  const handed = fact('ticket.assigned', ticket, { changes });
  if (!ticket.assigneeId || ticket.status !== TicketStatus.NEW) return [handed];
  moveTo(ticket, TicketStatus.OPEN, new Date(), (await workspaceOf(ctx)).closeAfter);
  return [handed, moved(ticket, TicketStatus.NEW)];
}

async function comment(ctx: Context, ticket: Ticket, body: string | null | undefined): Promise<NewFact[]> {
  if (!body) return [];
  const note = write(ctx, {
    ticketId: ticket.id,
    author: ctx.actor,
    visibility: MessageVisibility.PRIVATE,
    channel: ticket.channel,
    body,
    at: new Date(),
  });
  await index(ctx, ticket.id, [note]);
  return [added(ticket, note)];
}
