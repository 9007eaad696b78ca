import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import { isCategoryAvailable } from '../../configuration/category/defaults.ts';
import { isFormAvailable } from '../../configuration/form/queries.ts';
import { TicketOrigin } from '@deskgraph/common/contract/ticket-enums';
import { ticketEvent } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { type Requester, lockCallerAsRequester } from '../../people/requester/repository.ts';
import { isDepartmentOpen } from '../../staff/references.ts';
import { attachFiles } from '../attachment/mutations.ts';
import type { MessageAddInput, MessageAddPayload } from './input.ts';
import { openTicket } from './open-ticket.ts';

/**
 * Turns a late reply to a CLOSED ticket, which is never reopened, into a new ticket: it refers to
 * the closed one and takes over its properties. A customer who writes becomes the requester; all
 * others who could read the closed ticket get copies.
 */
export async function createFollowUp(
  ctx: Context,
  closed: Ticket,
  { body, channel, attachmentIds }: Pick<MessageAddInput, 'body' | 'channel' | 'attachmentIds'>,
): Promise<MessageAddPayload> {
  const requester = await requesterOf(ctx, closed);
  const { ticket, message, events } = await openTicket(ctx, {
    subject: closed.subject,
    body,
    requester,
    requesterName: requester.name,
    ccIds: [closed.requesterId, ...closed.ccIds].filter((id) => id !== requester.id),
    origin: TicketOrigin.FOLLOW_UP,
    channel: channel ?? closed.channel,
    author: ctx.actor,
    priority: closed.priority,
    formId: await ifAvailable(ctx, closed.formId, isFormAvailable),
    categoryId: await ifAvailable(ctx, closed.categoryId, isCategoryAvailable),
    departmentId: await ifAvailable(ctx, closed.departmentId, isDepartmentOpen),
    tags: closed.tags,
    fields: closed.fields,
    product: closed.product,
    followUpOfId: closed.id,
  });
  await attachFiles(ctx, message, attachmentIds);
  await appendEvents(ctx, [
    ...events,
    ticketEvent('ticket.followed_up', closed, { followUpId: ticket.id }),
  ]);
  return { message, ticket, userErrors: [] };
}

async function requesterOf(ctx: Context, closed: Ticket): Promise<Requester> {
  const { requesterId: id, requesterName: name, organizationId, locale } = closed;
  const { actor } = ctx;
  if (actor.kind !== 'customer' || actor.id === id) return { id, name, organizationId, locale };
  return lockCallerAsRequester(ctx);
}

const ifAvailable = async (
  ctx: Context,
  id: string | null,
  isAvailable: (ctx: Context, id: string) => Promise<boolean>,
): Promise<string | null> => (id && (await isAvailable(ctx, id)) ? id : null);
