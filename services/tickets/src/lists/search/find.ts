import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { snippetOf } from '@deskgraph/common/text/snippet';
import type { Context } from '@deskgraph/common/database/context';
import { type SearchTerm, searchTerms } from '@deskgraph/common/text/tokenizer';
import { visibleMessageSql } from '../../model/message/queries.ts';
import { Message } from '../../model/message/message.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { type Highlight, HighlightPlace, type TextRange } from './highlight.ts';

/** Messages of a ticket that are looked at, the newest ones, and how many of them are shown. */
const LOOKED_AT = 200;
const SHOWN = 3;
/** Characters of a message that are looked at. */
const READ = 20_000;

/** Where in a ticket the words of the texts stand, as far as the caller may read it. */
export async function highlightsOf(
  ctx: Context,
  ticket: Ticket,
  texts: readonly string[],
): Promise<Highlight[]> {
  const terms = texts.flatMap(searchTerms);
  if (!terms.length) return [];
  const messages = await messagesWith(ctx, terms, ticket.id);
  return [
    ...highlight(HighlightPlace.SUBJECT, ticket.subject, terms),
    ...highlight(HighlightPlace.REQUESTER, ticket.requesterName, terms),
    ...messages.flatMap((message) =>
      highlight(HighlightPlace.MESSAGE, message.text.slice(0, READ), terms, message),
    ),
  ];
}

function highlight(
  place: HighlightPlace,
  said: string,
  terms: readonly SearchTerm[],
  message: Message | null = null,
): Highlight[] {
  const { text, matches } = snippetOf(said.replaceAll(/\s+/g, ' '), terms);
  return matches.length
    ? [{ place, message, text, ranges: matches.map(({ from, to }) => rangeOf(text, from, to)) }]
    : [];
}

const lengthOf = (text: string): number => Array.from(text).length;

function rangeOf(text: string, from: number, to: number): TextRange {
  const start = lengthOf(text.slice(0, from));
  return { start, end: start + lengthOf(text.slice(from, to)) };
}

/** The newest messages of a ticket that hold one of the words; those of all tickets of a page are read by one statement. */
function messagesWith(
  ctx: Context,
  terms: readonly SearchTerm[],
  ticketId: string,
): Promise<Message[]> {
  const words = terms.map(({ word }) => word);
  return ctx.load.byParent(
    `messages with ${words.join(' ')}`,
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<object>`
        select found.* from unnest(${uuidArray('tkt', ids)}) as owner(id) cross join lateral (
          select newest.* from (
            select m.* from message m where m.ticket_id = owner.id and ${visibleMessageSql(ctx.actor)} order by m.created_at desc, m.id desc limit ${LOOKED_AT}
          ) newest
          where fold_text(left(newest.text, ${READ})) like any(${words.map((word) => `%${word}%`)}::text[])
          order by newest.created_at desc, newest.id desc limit ${SHOWN}) found`.execute(
        em.getKysely(),
      );
      return hydrate(ctx.orm, Message, rows);
    },
    (message) => message.ticketId,
  );
}
