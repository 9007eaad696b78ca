import { sql } from '@deskgraph/common/database/database';
import type { NewFact } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { opened } from '../../model/message/events.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import { index, write } from '../message/write.ts';
import { mentionedBy } from '../../people/participant/mention.ts';
import { ensureTags } from '../../configuration/tag/make.ts';
import type { CustomFieldValues } from '../../model/field/value.ts';
import type { Requester } from '../../people/requester/repository.ts';
import { fact } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  type ChannelKind,
  type TicketOrigin,
  TicketPriority,
  TicketStatus,
} from '../../model/ticket/enums.ts';

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
  /** The requester is none of them. */
  ccIds?: string[];
  tags?: string[] | null | undefined;
  fields?: CustomFieldValues;
  locale?: string | null | undefined;
  product?: string | null | undefined;
  externalId?: string | null;
  followUpOfId?: string | null;
  splitFromId?: string | null;
  visibility?: MessageVisibility | null | undefined;
  at?: Date;
}

export interface Opened {
  ticket: Ticket;
  message: Message;
  /** To be recorded. */
  facts: NewFact[];
}

/** Makes a ticket with its first message in the open transaction. */
export async function open(ctx: Context, given: NewTicket): Promise<Opened> {
  const { at = new Date(), author } = given;
  const visibility = given.visibility ?? MessageVisibility.PUBLIC;
  const ticket = await begin(ctx, given, at);
  const { id } = ticket;
  const mentionIds = await mentionedBy(ctx, { author, visibility, body: given.body });
  const message = write(ctx, {
    ticketId: id,
    author,
    visibility,
    channel: given.channel,
    body: given.body,
    at,
    mentionIds,
  });
  // A requester reads it.
  ticket.description = visibility === MessageVisibility.PUBLIC ? message.text : '';
  const facts = [
    fact('ticket.created', ticket, { origin: ticket.origin, at }),
    opened(ticket, message),
  ];
  await index(ctx, id, [message], ticket);
  return { ticket, message, facts };
}

/** A ticket in which nothing was said yet. Numbers come from a sequence, so that a gap can be, a double can't; a rehearsal takes none. */
export async function begin(ctx: Context, given: NewTicket, at: Date): Promise<Ticket> {
  const { requester, tags, author } = given;
  await ensureTags(ctx, tags ?? []);
  return ctx.em.create(Ticket, {
    id: newId('tkt'),
    workspaceId: ctx.workspace,
    number: await nextNumber(ctx),
    appId: given.externalId ? ctx.actor.id : null,
    externalId: given.externalId ?? null,
    subject: given.subject,
    description: given.body,
    locale: given.locale ?? requester.locale,
    status: given.status ?? (given.assigneeId ? TicketStatus.OPEN : TicketStatus.NEW),
    priority: given.priority ?? TicketPriority.NORMAL,
    formId: given.formId ?? null,
    categoryId: given.categoryId ?? null,
    departmentId: given.departmentId ?? null,
    assigneeId: given.assigneeId ?? null,
    requesterId: requester.id,
    requesterName: given.requesterName,
    organizationId: requester.organizationId,
    ccIds: given.ccIds ?? [],
    tags: tags ?? [],
    fields: given.fields ?? {},
    product: given.product ?? null,
    channel: given.channel,
    origin: given.origin,
    createdByKind: author.kind,
    createdById: author.id,
    createdByName: author.name,
    followUpOfId: given.followUpOfId ?? null,
    splitFromId: given.splitFromId ?? null,
    waitingSince: at,
    createdAt: at,
    updatedAt: at,
    publicUpdatedAt: at,
  });
}

async function nextNumber(ctx: Context): Promise<number> {
  if (ctx.rehearsed) return 0;
  const { rows } = await sql<{
    number: number;
  }>`select public.next_ticket_number(${ctx.workspace}::uuid) as number`.execute(
    ctx.em.getKysely(),
  );
  return rows[0]!.number;
}
