import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { newId, toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { createSanitizer, createMarkdownRenderer, htmlToText } from '@deskgraph/common/text/markup';
import { renderVariables } from '../../configuration/canned-response/template.ts';
import { DeliveryState, Message, MessageVisibility } from '../../model/message/message.ts';
import type { ChannelKind } from '@deskgraph/common/contract/ticket-enums';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { mentionsAsText } from '../../people/participant/mention.ts';

export interface NewMessage {
  ticketId: string;
  /** The merged ticket to which the message was written; null if that is `ticketId`. */
  homeId?: string | null;
  author: Pick<Actor, 'kind' | 'id' | 'name'>;
  visibility: MessageVisibility;
  channel: ChannelKind;
  body: string;
  externalId?: string | null | undefined;
  createdAt: Date;
  /** When a scheduled message is sent; only the staff see it before. */
  sendAt?: Date | null;
  /** Agents whom a note mentions. */
  mentionIds?: string[];
}

/** Creates a message in a ticket of the open transaction; stored with the next flush. */
export function createMessage(
  ctx: Context,
  { author, body, createdAt, externalId, sendAt = null, ...columns }: NewMessage,
): Message {
  const isNote = columns.visibility === MessageVisibility.PRIVATE;
  return ctx.em.create(Message, {
    ...columns,
    ...(sendAt && { visibility: MessageVisibility.PRIVATE }),
    sendAt,
    ...renderMessage(isNote ? mentionsAsText(body) : body),
    id: newId('msg'),
    workspaceId: ctx.workspace,
    body,
    authorKind: author.kind,
    authorId: author.id,
    authorName: author.name,
    delivery: deliveryState(author.kind, isNote, sendAt),
    appId: ctx.actor.kind === 'app' ? ctx.actor.id : null,
    externalId: externalId ?? null,
    createdAt,
    updatedAt: createdAt,
  });
}

function deliveryState(kind: Actor['kind'], isNote: boolean, sendAt: Date | null): DeliveryState {
  if (sendAt) return DeliveryState.SCHEDULED;
  return kind === 'customer' || isNote ? DeliveryState.INBOUND : DeliveryState.SENT;
}

/** Creates a public reply of the caller in each of the tickets, with its variables filled. */
export async function createReplies(
  ctx: Context,
  tickets: readonly Ticket[],
  body: string,
  createdAt: Date,
): Promise<Message[]> {
  const channelOf = await replyChannels(ctx, tickets);
  return Promise.all(
    tickets.map(async (ticket) =>
      createMessage(ctx, {
        ticketId: ticket.id,
        author: ctx.actor,
        visibility: MessageVisibility.PUBLIC,
        channel: channelOf(ticket),
        body: await renderVariables(ctx, ticket, body),
        createdAt,
      }),
    ),
  );
}

/**
 * The channel by which each ticket is answered: the channel of the last message of a customer, else
 * the channel by which the ticket was created.
 */
export async function replyChannels(
  ctx: Context,
  tickets: readonly Ticket[],
): Promise<(ticket: Ticket) => ChannelKind> {
  const lastMessages = await execute(
    ctx,
    sql<{ id: string; channel: ChannelKind }>`
      select t.id, m.channel from unnest(${ids('tkt', tickets)}) as t(id) cross join lateral (
        select channel from message where ticket_id = t.id and author_kind = 'customer'
        order by created_at desc, id desc limit 1) m`,
  );
  const channels = new Map(lastMessages.map(({ id, channel }) => [toId('tkt', id), channel]));
  return (ticket) => channels.get(ticket.id) ?? ticket.channel;
}

/**
 * Whether an actor may write such messages: requesters only public ones, LIGHT agents only notes.
 */
export function mayWrite(actor: Actor, visibility: MessageVisibility): boolean {
  const isPublic = visibility === MessageVisibility.PUBLIC;
  return actor.kind === 'customer'
    ? isPublic
    : actor.kind === 'app' || !isPublic || hasRole(actor, Role.AGENT);
}

export function refuseVisibility(actor: Actor, visibility: MessageVisibility): void {
  if (!mayWrite(actor, visibility)) throw new Refusal('FORBIDDEN', 'visibility');
}

const reader = createMarkdownRenderer({ breaks: true });
/** Images are removed: loading one would reveal to its server who reads the message. */
const clean = createSanitizer({
  linkDefaults: { rel: 'noopener noreferrer nofollow', target: '_blank' },
});

const WITHOUT_MARKUP = /^[^<>&*_`#[\]\\|~!:/@-]*$/;

/** Renders Markdown as safe HTML and as plain text. */
export function renderMessage(body: string): { html: string; text: string } {
  const isPlain =
    WITHOUT_MARKUP.test(body) &&
    !body.includes('\n') &&
    !/^\s*\d/.test(body) &&
    !body.includes('www.');
  if (isPlain) return { html: `<p>${body.replaceAll('"', '&quot;')}</p>\n`, text: body };
  const html = clean(reader.render(body));
  const text = htmlToText(html.replaceAll(/<\/(p|li|h\d|tr|pre|blockquote)>|<br \/>/g, '\n$&'))
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return { html, text };
}
