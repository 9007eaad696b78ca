import type { Actor } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { searchText } from '@deskgraph/common/text/tokenizer';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { ChannelKind } from '../../model/ticket/enums.ts';
import { withNames } from '../../people/participant/mention.ts';
import { DeliveryState, Message, MessageVisibility } from '../../model/message/message.ts';
import { render } from './render.ts';

export interface NewMessage {
  ticketId: string;
  /** The ticket that it was written to, where that is another one. */
  homeId?: string | null;
  author: Pick<Actor, 'kind' | 'id' | 'name'>;
  visibility: MessageVisibility;
  channel: ChannelKind;
  body: string;
  externalId?: string | null | undefined;
  at: Date;
  /** It waits for this instant, and nobody but the staff sees it before. */
  sendAt?: Date | null;
  /** Staff whom it names. */
  mentionIds?: string[];
}

/** Writes a message into a ticket of the open transaction; stored with the next flush. */
export function write(
  ctx: Context,
  { author, body, at, externalId, sendAt = null, ...given }: NewMessage,
): Message {
  const outbound = author.kind !== 'customer' && given.visibility === MessageVisibility.PUBLIC;
  return ctx.em.create(Message, {
    ...given,
    ...(sendAt && { visibility: MessageVisibility.PRIVATE }),
    sendAt,
    ...render(given.visibility === MessageVisibility.PRIVATE ? withNames(body) : body),
    id: newId('msg'),
    workspaceId: ctx.workspace,
    body,
    authorKind: author.kind,
    authorId: author.id,
    authorName: author.name,
    delivery: sendAt
      ? DeliveryState.SCHEDULED
      : outbound
        ? DeliveryState.SENT
        : DeliveryState.INBOUND,
    appId: ctx.actor.kind === 'app' ? ctx.actor.id : null,
    externalId: externalId ?? null,
    createdAt: at,
    updatedAt: at,
  });
}

/** What stands at the head of a ticket counts more in searches than what is said below. */
export const headWords = ({ subject, requesterName }: Pick<Ticket, 'subject' | 'requesterName'>) =>
  sql`setweight(to_tsvector('simple', ${searchText(subject)}), 'A') || setweight(to_tsvector('simple', ${searchText(requesterName)}), 'B')`;

/** Makes texts findable: what the requester may read in both columns, notes in the one for staff; of a new ticket its head too. */
export async function index(
  ctx: Context,
  ticketId: string,
  texts: readonly { text: string; visibility: MessageVisibility }[],
  head?: Ticket,
): Promise<void> {
  const of = (list: typeof texts) => {
    const said = sql`to_tsvector('simple', ${searchText(...list.map(({ text }) => text))})`;
    return head ? sql`${headWords(head)} || ${said}` : said;
  };
  const open = of(texts.filter(({ visibility }) => visibility === MessageVisibility.PUBLIC));
  await sql`
    insert into ticket_text (ticket_id, workspace_id, public, everything)
    values (${uuidOf('tkt', ticketId)}::uuid, ${ctx.workspace}::uuid, ${open}, ${of(texts)})
    on conflict (ticket_id) do update set public = ticket_text.public || excluded.public, everything = ticket_text.everything || excluded.everything
  `.execute(ctx.em.getKysely());
}

/** Makes public messages of many tickets findable with one statement. */
export async function indexEach(ctx: Context, messages: readonly Message[]): Promise<void> {
  if (!messages.length) return;
  const ids = uuids(
    'tkt',
    messages.map(({ ticketId }) => ticketId),
  );
  await sql`
    insert into ticket_text (ticket_id, workspace_id, public, everything)
    select id, ${ctx.workspace}::uuid, to_tsvector('simple', said), to_tsvector('simple', said)
    from unnest(${ids}, ${messages.map(({ text }) => searchText(text))}::text[]) as t(id, said)
    on conflict (ticket_id) do update set public = ticket_text.public || excluded.public, everything = ticket_text.everything || excluded.everything
  `.execute(ctx.em.getKysely());
}
