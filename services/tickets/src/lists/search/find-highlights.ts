import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import { snippetOf } from '@deskgraph/common/text/snippet';
import { type SearchTerm, searchTerms } from '@deskgraph/common/text/tokenizer';
import { Message } from '../../model/message/message.ts';
import { visibleMessageSql } from '../../model/message/queries.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { type Highlight, HighlightPlace, type TextRange } from './highlight.ts';

/** The number of newest messages of a ticket that are searched, and of matching ones returned. */
const MAX_SEARCHED_MESSAGES = 200;
const MAX_MESSAGES = 3;
/** The number of characters of a message that are searched. */
const MAX_TEXT_LENGTH = 20_000;

/** The passages of a ticket that contain the search words, among those that the caller may read. */
export async function findHighlights(
  ctx: Context,
  ticket: Ticket,
  texts: readonly string[],
): Promise<Highlight[]> {
  const terms = texts.flatMap(searchTerms);
  if (!terms.length) return [];
  const messages = await matchingMessages(ctx, terms, ticket.id);
  return [
    ...highlight(HighlightPlace.SUBJECT, ticket.subject, terms),
    ...highlight(HighlightPlace.REQUESTER, ticket.requesterName, terms),
    ...messages.flatMap((message) =>
      highlight(HighlightPlace.MESSAGE, message.text.slice(0, MAX_TEXT_LENGTH), terms, message),
    ),
  ];
}

function highlight(
  place: HighlightPlace,
  source: string,
  terms: readonly SearchTerm[],
  message: Message | null = null,
): Highlight[] {
  const { text, matches } = snippetOf(source.replaceAll(/\s+/g, ' '), terms);
  return matches.length
    ? [{ place, message, text, ranges: matches.map(({ from, to }) => textRange(text, from, to)) }]
    : [];
}

const countCodePoints = (text: string): number => Array.from(text).length;

/** Converts UTF-16 offsets into offsets in code points. */
function textRange(text: string, from: number, to: number): TextRange {
  const start = countCodePoints(text.slice(0, from));
  return { start, end: start + countCodePoints(text.slice(from, to)) };
}

/**
 * The newest messages of a ticket that contain one of the words; one statement for all tickets of a
 * page.
 */
function matchingMessages(
  ctx: Context,
  terms: readonly SearchTerm[],
  ticketId: string,
): Promise<Message[]> {
  const words = terms.map(({ word }) => word);
  const patterns = words.map((word) => `%${word}%`);
  return ctx.load.byParent(
    `messages with ${words.join(' ')}`,
    ticketId,
    (ticketIds) =>
      entities(
        ctx,
        Message,
        sql`
          select found.* from unnest(${ids('tkt', ticketIds)}) as owner(id) cross join lateral (
            select newest.* from (
              select m.* from message m
              where m.ticket_id = owner.id and ${visibleMessageSql(ctx.actor)}
              order by m.created_at desc, m.id desc limit ${MAX_SEARCHED_MESSAGES}
            ) newest
            where fold_text(left(newest.text, ${MAX_TEXT_LENGTH})) like any(${patterns}::text[])
            order by newest.created_at desc, newest.id desc limit ${MAX_MESSAGES}) found`,
      ),
    (message) => message.ticketId,
  );
}
