import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { searchText } from '@deskgraph/common/text/tokenizer';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';

// Each ticket has one row in `ticket_text`: `public` indexes what its requester may read,
// `everything` also the notes. Subject and requester's name weigh more than messages.

type Text = Pick<Message, 'text' | 'visibility'>;

const isPublic = ({ visibility }: { visibility: string }): boolean =>
  visibility === MessageVisibility.PUBLIC;

/** Adds new messages to the search index of their ticket; `newTicket` also adds its header. */
export async function indexMessages(
  ctx: Context,
  ticketId: string,
  texts: readonly Text[],
  newTicket?: Ticket,
): Promise<void> {
  const vectorOf = (messages: readonly Text[]) => {
    const body = sql`to_tsvector('simple', ${searchText(...messages.map(({ text }) => text))})`;
    return newTicket ? sql`${headerVector(newTicket)} || ${body}` : body;
  };
  await execute(
    ctx,
    sql`
      insert into ticket_text (ticket_id, workspace_id, public, everything)
      values (${uuidOf('tkt', ticketId)}::uuid, ${ctx.workspace}::uuid,
        ${vectorOf(texts.filter(isPublic))}, ${vectorOf(texts)})
      on conflict (ticket_id) do update set public = ticket_text.public || excluded.public,
        everything = ticket_text.everything || excluded.everything`,
  );
}

const headerVector = ({ subject, requesterName }: Ticket) =>
  sql`setweight(to_tsvector('simple', ${searchText(subject)}), 'A')
    || setweight(to_tsvector('simple', ${searchText(requesterName)}), 'B')`;

/** Adds one new public message of each of many tickets to the search index. */
export async function indexPublicMessages(
  ctx: Context,
  messages: readonly Message[],
): Promise<void> {
  if (!messages.length) return;
  const ticketIds = ids(
    'tkt',
    messages.map(({ ticketId }) => ticketId),
  );
  const texts = messages.map(({ text }) => searchText(text));
  await execute(
    ctx,
    sql`
      insert into ticket_text (ticket_id, workspace_id, public, everything)
      select id, ${ctx.workspace}::uuid, to_tsvector('simple', text), to_tsvector('simple', text)
      from unnest(${ticketIds}, ${texts}::text[]) as t(id, text)
      on conflict (ticket_id) do update set public = ticket_text.public || excluded.public,
        everything = ticket_text.everything || excluded.everything`,
  );
}

/**
 * Rebuilds the search index of tickets from their current content, after messages were moved or
 * redacted, or the header has changed.
 */
export async function reindexTickets(ctx: Context, tickets: readonly Ticket[]): Promise<void> {
  await ctx.em.flush();
  const messages = Map.groupBy(
    await execute(
      ctx,
      sql<{ ticket_id: string; visibility: string; text: string }>`
        select ticket_id, visibility, text from message
        where ticket_id = any(${ids('tkt', tickets)})`,
    ),
    ({ ticket_id: id }) => toId('tkt', id),
  );
  const textOf = (list: readonly { text: string }[]): string =>
    searchText(...list.map(({ text }) => text));
  const documents = tickets.map(({ id, subject, requesterName }) => ({
    subject: searchText(subject),
    name: searchText(requesterName),
    public: textOf((messages.get(id) ?? []).filter(isPublic)),
    everything: textOf(messages.get(id) ?? []),
  }));
  const column = (name: keyof (typeof documents)[number]) =>
    sql`${documents.map((document) => document[name])}::text[]`;
  await execute(
    ctx,
    sql`
      insert into ticket_text (ticket_id, workspace_id, public, everything)
      select id, ${ctx.workspace}::uuid, header || to_tsvector('simple', public_text),
        header || to_tsvector('simple', everything)
      from unnest(${ids('tkt', tickets)}, ${column('subject')}, ${column('name')},
        ${column('public')}, ${column('everything')})
        as t(id, subject, name, public_text, everything)
      cross join lateral (
        select setweight(to_tsvector('simple', subject), 'A')
          || setweight(to_tsvector('simple', name), 'B') as header) h
      on conflict (ticket_id) do update
        set public = excluded.public, everything = excluded.everything`,
  );
}
