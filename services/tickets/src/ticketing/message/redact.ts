import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import type { Context } from '@deskgraph/common/database/context';
import { Attachment } from '../attachment/attachment.ts';
import { redactAttachments } from '../attachment/release.ts';
import { fact } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import { markCancelled } from './cancel.ts';
import { byId } from '../../model/message/find.ts';
import type { MessageRedactInput, MessageRedactPayload } from './input.ts';
import { DeliveryState, Message, MessageVisibility } from '../../model/message/message.ts';
import { reindexTickets } from './search-index.ts';
import { renderMessage } from './render.ts';

const REDACTED = '[redacted]';
/** Stands for it while Markdown is read, for which brackets may mean something. */
const PLACE = '\uE000';

/** Takes words or files out of a message for ever; that something was there stays to be seen. What is not named stays. */
export async function redactMessage(
  ctx: Context,
  { id, text, attachmentIds }: MessageRedactInput,
): Promise<MessageRedactPayload> {
  const seen = await byId(ctx, id);
  if (!seen) throw new Refusal('NOT_FOUND', 'id');
  const ticket = await locked(ctx, seen.ticketId);
  const message = await ctx.em.findOne(
    Message,
    { id, ticketId: ticket.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!message) throw new Refusal('CONFLICT', 'id');
  const isAll = !text && !attachmentIds?.length;
  const before = message.text;
  if (isAll) write(message, PLACE);
  else if (text) write(message, without(message, text));
  if (ticket.description === before) ticket.description = message.text;
  await redactAttachments(
    ctx,
    await filesOf(ctx, message, isAll ? undefined : (attachmentIds ?? [])),
  );
  const now = new Date();
  Object.assign(message, { redactedAt: now, updatedAt: now, version: message.version + 1 });
  await reindexTickets(ctx, [ticket]);
  const internal = message.visibility === MessageVisibility.PRIVATE;
  const redacted = fact('message.redacted', ticket, {
    messageId: id,
    visibility: message.visibility,
    internal,
  });
  // Of what waits for its instant nothing is left to be sent.
  const isNothing = isAll && message.delivery === DeliveryState.SCHEDULED;
  await appendEvents(
    ctx,
    isNothing ? [redacted, ...(await markCancelled(ctx, ticket, [message]))] : [redacted],
  );
  return { message, userErrors: [] };
}

function write(message: Message, body: string): void {
  const { html, text } = renderMessage(body);
  const shown = (given: string): string => given.replaceAll(PLACE, REDACTED);
  Object.assign(message, { body: shown(body), html: shown(html), text: shown(text) });
}

/** The body without the words. Where marks stand between them in Markdown, the plain text goes on without its marks. */
function without({ body, text }: Message, words: string): string {
  const blackened = body.replaceAll(words, PLACE);
  const rendered = renderMessage(blackened);
  if (blackened !== body && !rendered.text.includes(words) && !rendered.html.includes(words))
    return blackened;
  if (!text.includes(words)) throw new Refusal('NOT_FOUND', 'text');
  return text.replaceAll(words, PLACE);
}

async function filesOf(
  ctx: Context,
  message: Message,
  ids: readonly string[] | undefined,
): Promise<Attachment[]> {
  const files = await ctx.em.find(
    Attachment,
    { messageId: message.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  if (!ids) return files;
  const missing = ids.flatMap((id, at) =>
    files.some((file) => file.id === id) ? [] : [String(at)],
  );
  if (missing.length)
    throw new Refusal(
      missing.map((at) => ({ code: 'NOT_FOUND', field: ['input', 'attachmentIds', at] })),
    );
  return files.filter(({ id }) => ids.includes(id));
}
