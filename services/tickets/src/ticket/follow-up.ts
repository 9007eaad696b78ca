import { recordAll } from '@deskgraph/common/events';
import type { Context } from '@deskgraph/common/transaction';
import { attach } from '../attachment/attach.ts';
import { isOffered } from '../category/drive.ts';
import type { MessageAddPayload } from '../message/input.ts';
import { fact } from './fact.ts';
import { open } from './open.ts';
import { isOpen } from './reference.ts';
import type { Ticket } from './ticket.ts';
import { TicketOrigin } from './words.ts';

/** CLOSED stays closed: a late reply becomes a new ticket that points back and takes over what the old one was about. */
export async function followUp(
  ctx: Context,
  closed: Ticket,
  body: string,
  attachmentIds?: readonly string[] | null,
): Promise<MessageAddPayload> {
  const { requesterId, requesterName, organizationId, locale } = closed;
  const { ticket, message, facts } = await open(ctx, {
    subject: closed.subject,
    body,
    requester: { id: requesterId, name: requesterName, organizationId, locale },
    requesterName,
    origin: TicketOrigin.FOLLOW_UP,
    channel: closed.channel,
    author: ctx.actor,
    priority: closed.priority,
    categoryId: closed.categoryId && (await isOffered(ctx, closed.categoryId)) ? closed.categoryId : null,
    departmentId: closed.departmentId && (await isOpen(ctx, closed.departmentId)) ? closed.departmentId : null,
    tags: closed.tags,
    fields: closed.fields,
    product: closed.product,
    followUpOfId: closed.id,
  });
  await attach(ctx, message, attachmentIds);
  await recordAll(ctx, [...facts, fact('ticket.followed_up', closed, { followUpId: ticket.id })]);
  return { message, ticket, userErrors: [] };
}
