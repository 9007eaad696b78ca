import { recordAll } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { attach } from '../attachment/attach.ts';
import { isCategoryAvailable } from '../../configuration/category/defaults.ts';
import { isFormAvailable as isFormOffered } from '../../configuration/form/find.ts';
import type { MessageAddInput, MessageAddPayload } from '../message/input.ts';
import { type Requester, heldCaller } from '../../people/requester/repository.ts';
import { fact } from '../../model/ticket/events.ts';
import { open } from './build.ts';
import { isDepartmentOpen } from '../../staff/references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketOrigin } from '../../model/ticket/enums.ts';

/**
 * CLOSED stays closed: a late reply becomes a new ticket that points back and takes over what the old one was about. Whoever writes it asks from
 * now on; all others who read the old one get copies.
 */
export async function followUp(
  ctx: Context,
  closed: Ticket,
  { body, channel, attachmentIds }: Pick<MessageAddInput, 'body' | 'channel' | 'attachmentIds'>,
): Promise<MessageAddPayload> {
  const requester = await requesterOf(ctx, closed);
  const { ticket, message, facts } = await open(ctx, {
    subject: closed.subject,
    body,
    requester,
    requesterName: requester.name,
    ccIds: [closed.requesterId, ...closed.ccIds].filter((id) => id !== requester.id),
    origin: TicketOrigin.FOLLOW_UP,
    channel: channel ?? closed.channel,
    author: ctx.actor,
    priority: closed.priority,
    formId: closed.formId && (await isFormOffered(ctx, closed.formId)) ? closed.formId : null,
    categoryId:
      closed.categoryId && (await isCategoryAvailable(ctx, closed.categoryId))
        ? closed.categoryId
        : null,
    departmentId:
      closed.departmentId && (await isDepartmentOpen(ctx, closed.departmentId))
        ? closed.departmentId
        : null,
    tags: closed.tags,
    fields: closed.fields,
    product: closed.product,
    followUpOfId: closed.id,
  });
  await attach(ctx, message, attachmentIds);
  await recordAll(ctx, [...facts, fact('ticket.followed_up', closed, { followUpId: ticket.id })]);
  return { message, ticket, userErrors: [] };
}

async function requesterOf(ctx: Context, closed: Ticket): Promise<Requester> {
  const { requesterId: id, requesterName: name, organizationId, locale } = closed;
  const { actor } = ctx;
  if (actor.kind !== 'customer' || actor.id === id) return { id, name, organizationId, locale };
  return heldCaller(ctx);
}
