import { Refusal } from '@deskgraph/common/core/errors';
import { type EventActor, type NewEvent, appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { Agent } from '../../staff/agent/agent.ts';
import { added } from '../../model/message/events.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { indexMessages, createMessage } from '../message/write.ts';
import { resolve } from '../../people/requester/resolve.ts';
import { workspaceOf } from '../../model/workspace/workspace.ts';
import { type Changes, fact, moved, standingOf } from '../../model/ticket/events.ts';
import { reassignTicket } from '../../staff/agent/assignment.ts';
import type { TicketImportChange, TicketImportInput, TicketImportPayload } from './input.ts';
import { openTicket } from '../message/open-ticket.ts';
import { requireAssigneeId, requireDepartmentId, ifPresent } from '../../staff/references.ts';
import { moveTo } from '../../model/ticket/status-rules.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  ChannelKind,
  ResolutionCode,
  TicketOrigin,
  TicketStatus,
} from '../../model/ticket/enums.ts';

/** Takes over a ticket with its history from another system; the same externalId of the same app is taken over once. */
export async function importTicket(
  ctx: Context,
  input: TicketImportInput,
): Promise<TicketImportPayload> {
  ctx.cause = { imported: true };
  const earlier = await ctx.em.findOne(Ticket, {
    appId: ctx.actor.id,
    externalId: input.externalId,
  });
  if (earlier) return { ticket: earlier, created: false, userErrors: [] };
  const history = input.history ?? [];
  refuseWrongTimes(input.createdAt, history);
  const { requester, name, met } = await resolve(ctx, input.requester);
  const opened = await openTicket(ctx, {
    ...input,
    requester,
    requesterName: name,
    channel: input.channel ?? ChannelKind.API,
    origin: TicketOrigin.APP,
    author: (await writer(ctx, input.authorId, 'authorId')) ?? {
      kind: 'customer',
      id: requester.id,
      name,
    },
    status: input.status === TicketStatus.NEW ? input.status : undefined,
    departmentId: await ifPresent(input.departmentId, (id) =>
      requireDepartmentId(ctx, id, 'departmentId'),
    ),
    assigneeId: await ifPresent(input.assigneeId, (id) => requireAssigneeId(ctx, id, 'assigneeId')),
    at: input.createdAt,
  });
  const { ticket } = opened;
  const { closeAfter } = await workspaceOf(ctx);
  const facts = [...met, ...opened.facts];
  const messages: Message[] = [];
  if (input.status)
    facts.push(
      ...(await apply(
        ctx,
        ticket,
        { at: input.createdAt, status: input.status },
        '',
        closeAfter,
        messages,
      )),
    );
  for (const [at, change] of history.entries())
    facts.push(...(await apply(ctx, ticket, change, `history.${at}`, closeAfter, messages)));
  await indexMessages(ctx, ticket.id, messages);
  await appendEvents(ctx, facts);
  return { ticket, created: true, userErrors: [] };
}

function refuseWrongTimes(createdAt: Date, history: readonly TicketImportChange[]): void {
  const now = Date.now() + 60_000;
  if (createdAt.getTime() > now) throw new Refusal('INVALID', 'createdAt');
  let last = createdAt.getTime();
  for (const [place, { at }] of history.entries()) {
    if (at.getTime() < last || at.getTime() > now)
      throw new Refusal('INVALID', `history.${place}.at`);
    last = at.getTime();
  }
}

async function apply(
  ctx: Context,
  ticket: Ticket,
  change: TicketImportChange,
  field: string,
  closeAfter: string,
  messages: Message[],
): Promise<NewEvent[]> {
  const { at } = change;
  const facts: NewEvent[] = [];
  if (change.priority && change.priority !== ticket.priority) {
    const changes: Changes = { priority: [ticket.priority, change.priority] };
    ticket.priority = change.priority;
    facts.push(fact('ticket.updated', ticket, { occurredAt: at, changes }));
  }
  const changes = await reassignTicket(ctx, ticket, change, `${field}.`);
  if (Object.keys(changes).length)
    facts.push(fact('ticket.assigned', ticket, { occurredAt: at, changes }));
  if (change.body) facts.push(await say(ctx, ticket, change, field, messages));
  if (change.status && change.status !== ticket.status) {
    const from = standingOf(ticket);
    if (from.status === TicketStatus.CLOSED || change.status === TicketStatus.NEW)
      throw new Refusal('STATUS_NOT_ALLOWED', `${field}.status`);
    moveTo(ticket, change.status, at, closeAfter, {
      by: ticket.assigneeId,
      code: ResolutionCode.ANSWERED,
      text: null,
    });
    facts.push(moved(ticket, from, { occurredAt: at }));
  }
  return facts;
}

async function say(
  ctx: Context,
  ticket: Ticket,
  change: TicketImportChange,
  field: string,
  messages: Message[],
): Promise<NewEvent> {
  const { at, body, visibility } = change;
  if (!visibility) throw new Refusal('REQUIRED', `${field}.visibility`);
  const requester: EventActor = {
    kind: 'customer',
    id: ticket.requesterId,
    name: ticket.requesterName,
  };
  const author =
    (await writer(ctx, change.authorId, `${field}.authorId`)) ??
    (visibility === MessageVisibility.PUBLIC ? requester : ctx.actor);
  const message = createMessage(ctx, {
    ticketId: ticket.id,
    author,
    visibility,
    channel: ticket.channel,
    body: body!,
    at,
  });
  messages.push(message);
  const reply = visibility === MessageVisibility.PUBLIC && author.kind === 'agent';
  const firstReply = reply && ticket.firstReplyAt === null;
  if (reply) {
    ticket.handled = true;
    ticket.firstReplyAt ??= at;
    ticket.waitingSince = null;
  } else if (visibility === MessageVisibility.PUBLIC) ticket.waitingSince ??= at;
  return added(ticket, message, firstReply);
}

/** The agent who wrote a message then, active or not. */
async function writer(
  ctx: Context,
  id: string | null | undefined,
  field: string,
): Promise<EventActor | null> {
  if (typeof id !== 'string') return null;
  const agent = await ctx.em.findOne(Agent, { id });
  if (!agent) throw new Refusal('NOT_FOUND', field);
  return { kind: 'agent', id: agent.id, name: agent.name };
}
