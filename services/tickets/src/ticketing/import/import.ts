import {
  ChannelKind,
  ResolutionCode,
  TicketOrigin,
  TicketStatus,
} from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import type { EventActor, NewEvent } from '@deskgraph/common/events/types';
import { messageAddedEvent } from '../../model/message/events.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { ticketEvent, statusChangedEvent, statusSnapshot } from '../../model/ticket/events.ts';
import { applyStatus } from '../../model/ticket/status-rules.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { resolveRequester } from '../../people/requester/resolve.ts';
import { Agent } from '../../staff/agent/agent.ts';
import { reassignTicket } from '../../staff/agent/assignment.ts';
import { ifPresent, requireAssigneeId, requireDepartmentId } from '../../staff/references.ts';
import { openTicket } from '../message/open-ticket.ts';
import { indexMessages } from '../message/search-index.ts';
import { createMessage } from '../message/write.ts';
import type { TicketImportChange, TicketImportInput, TicketImportPayload } from './input.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';

const MAX_CLOCK_SKEW_MS = 60_000;

/** Imports a ticket with its history from another system, once per external id of the app. */
export async function importTicket(
  ctx: Context,
  input: TicketImportInput,
): Promise<TicketImportPayload> {
  ctx.cause = { imported: true };
  const existing = await ctx.em.findOne(Ticket, {
    appId: ctx.actor.id,
    externalId: input.externalId,
  });
  if (existing) return { ticket: existing, created: false, userErrors: [] };
  const history = input.history ?? [];
  refuseInvalidTimes(input.createdAt, history);
  const { requester, name, discovered } = await resolveRequester(ctx, input.requester);
  const { ticket, events } = await openTicket(ctx, {
    ...input,
    requester,
    requesterName: name,
    channel: input.channel ?? ChannelKind.API,
    origin: TicketOrigin.APP,
    author: (await agentAuthor(ctx, input.authorId, 'authorId')) ?? {
      kind: 'customer',
      id: requester.id,
      name,
    },
    status: input.status === TicketStatus.NEW ? input.status : undefined,
    departmentId: await ifPresent(input.departmentId, (id) =>
      requireDepartmentId(ctx, id, 'departmentId'),
    ),
    assigneeId: await ifPresent(input.assigneeId, (id) => requireAssigneeId(ctx, id, 'assigneeId')),
  });
  const messages: Message[] = [];
  if (input.status) {
    const change = { at: input.createdAt, status: input.status };
    events.push(...(await applyChange(ctx, ticket, { change, field: '', messages })));
  }
  for (const [index, change] of history.entries()) {
    const field = `history.${index}`;
    events.push(...(await applyChange(ctx, ticket, { change, field, messages })));
  }
  await indexMessages(ctx, ticket.id, messages);
  await appendEvents(ctx, [...discovered, ...events]);
  return { ticket, created: true, userErrors: [] };
}

function refuseInvalidTimes(createdAt: Date, history: readonly TicketImportChange[]): void {
  const latest = Date.now() + MAX_CLOCK_SKEW_MS;
  if (createdAt.getTime() > latest) throw new Refusal('INVALID', 'createdAt');
  let previous = createdAt.getTime();
  for (const [index, { at }] of history.entries()) {
    if (at.getTime() < previous || at.getTime() > latest)
      throw new Refusal('INVALID', `history.${index}.at`);
    previous = at.getTime();
  }
}

interface ChangeToApply {
  change: TicketImportChange;
  /** The path of the change in the input. */
  field: string;
  /** The messages created so far; `applyChange` adds to them. */
  messages: Message[];
}

async function applyChange(
  ctx: Context,
  ticket: Ticket,
  { change, field, messages }: ChangeToApply,
): Promise<NewEvent[]> {
  const { at: occurredAt } = change;
  const events: NewEvent[] = [];
  if (change.priority && change.priority !== ticket.priority) {
    const changes: Changes = { priority: [ticket.priority, change.priority] };
    ticket.priority = change.priority;
    events.push(ticketEvent('ticket.updated', ticket, { occurredAt, changes }));
  }
  const changes = await reassignTicket(ctx, ticket, change, `${field}.`);
  if (Object.keys(changes).length)
    events.push(ticketEvent('ticket.assigned', ticket, { occurredAt, changes }));
  if (change.body) events.push(await addPastMessage(ctx, ticket, { change, field, messages }));
  if (change.status && change.status !== ticket.status) {
    const from = statusSnapshot(ticket);
    if (from.status === TicketStatus.CLOSED || change.status === TicketStatus.NEW)
      throw new Refusal('STATUS_NOT_ALLOWED', `${field}.status`);
    const { closeAfter } = await currentWorkspace(ctx);
    applyStatus(ticket, change.status, occurredAt, closeAfter, {
      by: ticket.assigneeId,
      code: ResolutionCode.ANSWERED,
      text: null,
    });
    events.push(statusChangedEvent(ticket, from, { occurredAt }));
  }
  return events;
}

async function addPastMessage(
  ctx: Context,
  ticket: Ticket,
  { change, field, messages }: ChangeToApply,
): Promise<NewEvent> {
  const { at: createdAt, body, visibility } = change;
  if (!visibility) throw new Refusal('REQUIRED', `${field}.visibility`);
  const isPublic = visibility === MessageVisibility.PUBLIC;
  const requester: EventActor = {
    kind: 'customer',
    id: ticket.requesterId,
    name: ticket.requesterName,
  };
  const author =
    (await agentAuthor(ctx, change.authorId, `${field}.authorId`)) ??
    (isPublic ? requester : ctx.actor);
  const message = createMessage(ctx, {
    ticketId: ticket.id,
    author,
    visibility,
    channel: ticket.channel,
    body: body!,
    createdAt,
  });
  messages.push(message);
  const isReply = isPublic && author.kind === 'agent';
  const isFirstReply = isReply && ticket.firstReplyAt === null;
  if (isReply) {
    ticket.handled = true;
    ticket.firstReplyAt ??= createdAt;
    ticket.waitingSince = null;
  } else if (isPublic) ticket.waitingSince ??= createdAt;
  return messageAddedEvent(ticket, message, isFirstReply);
}

/** The agent who wrote a message, also if they are inactive now. */
async function agentAuthor(
  ctx: Context,
  id: string | null | undefined,
  field: string,
): Promise<EventActor | null> {
  if (typeof id !== 'string') return null;
  const agent = await ctx.em.findOne(Agent, { id });
  if (!agent) throw new Refusal('NOT_FOUND', field);
  return { kind: 'agent', id: agent.id, name: agent.name };
}
