import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import { DeliveryState, type Message, MessageVisibility } from '../../model/message/message.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { Attachment } from '../attachment/attachment.ts';
import { redactAttachments } from '../attachment/mutations.ts';
import { lockMessage, markCancelled } from './cancel.ts';
import type { MessageRedactInput, MessageRedactPayload } from './input.ts';
import { reindexTickets } from './search-index.ts';
import { renderMessage } from './write.ts';

const REDACTED = '[redacted]';
/** Stands for REDACTED while Markdown is rendered, which gives brackets a meaning. */
const PLACEHOLDER = '\uE000';

/**
 * Removes a text or files from a message permanently; a marker remains in their place. With neither
 * a text nor files, the whole text and all files are removed.
 */
export async function redactMessage(
  ctx: Context,
  { id, text, attachmentIds }: MessageRedactInput,
): Promise<MessageRedactPayload> {
  const { ticket, message } = await lockMessage(ctx, id);
  const isWhole = !text && !attachmentIds?.length;
  const textBefore = message.text;
  if (isWhole) setBody(message, PLACEHOLDER);
  else if (text) setBody(message, redactedBody(message, text));
  if (ticket.description === textBefore) ticket.description = message.text;
  const files = await lockFiles(ctx, message, isWhole ? undefined : (attachmentIds ?? []));
  await redactAttachments(ctx, files);
  const now = new Date();
  Object.assign(message, { redactedAt: now, updatedAt: now, version: message.version + 1 });
  await reindexTickets(ctx, [ticket]);
  const redacted = ticketEvent('message.redacted', ticket, {
    messageId: id,
    visibility: message.visibility,
    internal: message.visibility === MessageVisibility.PRIVATE,
  });
  // A scheduled message without content is not sent.
  const isEmpty = isWhole && message.delivery === DeliveryState.SCHEDULED;
  const cancelled = isEmpty ? await markCancelled(ctx, ticket, [message]) : [];
  await appendEvents(ctx, [redacted, ...cancelled]);
  return { message, userErrors: [] };
}

function setBody(message: Message, body: string): void {
  const { html, text } = renderMessage(body);
  const withMarker = (value: string): string => value.replaceAll(PLACEHOLDER, REDACTED);
  Object.assign(message, {
    body: withMarker(body),
    html: withMarker(html),
    text: withMarker(text),
  });
}

/**
 * The body without a text. Where Markdown syntax interrupts that text in the body, the result is
 * based on the plain text and loses its formatting.
 */
function redactedBody({ body, text }: Message, removed: string): string {
  const redacted = body.replaceAll(removed, PLACEHOLDER);
  const rendered = renderMessage(redacted);
  if (redacted !== body && !rendered.text.includes(removed) && !rendered.html.includes(removed))
    return redacted;
  if (!text.includes(removed)) throw new Refusal('NOT_FOUND', 'text');
  return text.replaceAll(removed, PLACEHOLDER);
}

/** Files of the message: those with these ids, or all. */
async function lockFiles(
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
  const missing = ids.flatMap((id, index) =>
    files.some((file) => file.id === id) ? [] : [String(index)],
  );
  if (missing.length)
    throw new Refusal(
      missing.map((index) => ({ code: 'NOT_FOUND', field: ['input', 'attachmentIds', index] })),
    );
  return files.filter(({ id }) => ids.includes(id));
}
