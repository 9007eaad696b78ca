import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { ensureTags } from '../../configuration/tag/mutations.ts';
import type { CustomFieldValues } from '@deskgraph/common/contract/ticket-state';
import { openingMessageEvent } from '../../model/message/events.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import {
  type ChannelKind,
  type TicketOrigin,
  TicketPriority,
  TicketStatus,
} from '@deskgraph/common/contract/ticket-enums';
import { ticketEvent } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { findMessageMentions } from '../../people/participant/mention.ts';
import type { Requester } from '../../people/requester/repository.ts';
import { indexMessages } from './search-index.ts';
import { createMessage } from './write.ts';

export interface NewTicket {
  subject: string;
  body: string;
  requester: Requester;
  requesterName: string;
  origin: TicketOrigin;
  channel: ChannelKind;
  author: { kind: 'agent' | 'customer' | 'app' | 'system'; id: string; name: string };
  /** Default OPEN with an assignee, else NEW. */
  status?: TicketStatus | undefined;
  priority?: TicketPriority | null | undefined;
  formId?: string | null;
  categoryId?: string | null | undefined;
  departmentId?: string | null;
  assigneeId?: string | null;
  /** Without the requester. */
  ccIds?: string[];
  tags?: string[] | null | undefined;
  fields?: CustomFieldValues;
  locale?: string | null | undefined;
  product?: string | null | undefined;
  externalId?: string | null;
  followUpOfId?: string | null;
  splitFromId?: string | null;
  /** Of the first message; default PUBLIC. */
  visibility?: MessageVisibility | null | undefined;
  /** Default now. */
  createdAt?: Date;
}

export interface OpenedTicket {
  ticket: Ticket;
  message: Message;
  /** To be appended by the caller. */
  events: NewEvent[];
}

/** Creates a ticket with its first message in the open transaction. */
export async function openTicket(ctx: Context, newTicket: NewTicket): Promise<OpenedTicket> {
  const { createdAt = new Date(), author, channel, body } = newTicket;
  const visibility = newTicket.visibility ?? MessageVisibility.PUBLIC;
  const ticket = await createEmptyTicket(ctx, newTicket, createdAt);
  const message = createMessage(ctx, {
    ticketId: ticket.id,
    author,
    visibility,
    channel,
    body,
    mentionIds: await findMessageMentions(ctx, { author, visibility, body }),
    createdAt,
  });
  // Requesters read the description, but no private message.
  ticket.description = visibility === MessageVisibility.PUBLIC ? message.text : '';
  const events = [
    ticketEvent('ticket.created', ticket, { origin: ticket.origin, occurredAt: createdAt }),
    openingMessageEvent(ticket, message),
  ];
  await indexMessages(ctx, ticket.id, [message], ticket);
  return { ticket, message, events };
}

/** Creates a ticket without messages; the caller indexes it and appends its event. */
export async function createEmptyTicket(
  ctx: Context,
  newTicket: NewTicket,
  createdAt: Date,
): Promise<Ticket> {
  const { requester, author, externalId = null, assigneeId = null } = newTicket;
  const tags = newTicket.tags ?? [];
  await ensureTags(ctx, tags);
  return ctx.em.create(Ticket, {
    id: newId('tkt'),
    workspaceId: ctx.workspace,
    number: await nextNumber(ctx),
    appId: externalId ? ctx.actor.id : null,
    externalId,
    subject: newTicket.subject,
    description: newTicket.body,
    locale: newTicket.locale ?? requester.locale,
    status: newTicket.status ?? (assigneeId ? TicketStatus.OPEN : TicketStatus.NEW),
    priority: newTicket.priority ?? TicketPriority.NORMAL,
    formId: newTicket.formId ?? null,
    categoryId: newTicket.categoryId ?? null,
    departmentId: newTicket.departmentId ?? null,
    assigneeId,
    requesterId: requester.id,
    requesterName: newTicket.requesterName,
    organizationId: requester.organizationId,
    ccIds: newTicket.ccIds ?? [],
    tags,
    fields: newTicket.fields ?? {},
    product: newTicket.product ?? null,
    channel: newTicket.channel,
    origin: newTicket.origin,
    createdByKind: author.kind,
    createdById: author.id,
    createdByName: author.name,
    followUpOfId: newTicket.followUpOfId ?? null,
    splitFromId: newTicket.splitFromId ?? null,
    waitingSince: createdAt,
    createdAt,
    updatedAt: createdAt,
    publicUpdatedAt: createdAt,
  });
}

/** Numbers come from a sequence: unique, but not without gaps. A dry run takes no number. */
async function nextNumber(ctx: Context): Promise<number> {
  if (ctx.dryRunEvents) return 0;
  const [row] = await execute(
    ctx,
    sql<{ number: number }>`select public.next_ticket_number(${ctx.workspace}::uuid) as number`,
  );
  return row!.number;
}
