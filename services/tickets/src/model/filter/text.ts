import type { Actor } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { searchQuery } from '@deskgraph/common/text/tokenizer';
import type { RawBuilder } from 'kysely';
import { canSeeOnHold } from '../ticket/read-rights.ts';

/** Only the first characters of a longer text are searched for. */
const MAX_TEXT_LENGTH = 200;
/** A text is frequent when more tickets than this contain it. */
const FREQUENT_TICKETS = 2_000;
const MAX_DEPTH = 5;

const toSearchQuery = (text: string): string | null => searchQuery(text.slice(0, MAX_TEXT_LENGTH));

/** Refuses search texts of more than 200 characters, at any level of the filter. */
export function refuseLongSearchTexts(
  { text, and, or, not }: TicketFilter,
  path: readonly string[] = ['filter'],
): void {
  if ((text?.length ?? 0) > MAX_TEXT_LENGTH)
    throw new Refusal([{ code: 'TOO_LONG', field: [...path, 'text'] }]);
  and?.forEach((part, index) => refuseLongSearchTexts(part, [...path, 'and', String(index)]));
  or?.forEach((part, index) => refuseLongSearchTexts(part, [...path, 'or', String(index)]));
  if (not) refuseLongSearchTexts(not, [...path, 'not']);
}

/** The search texts of a filter, at any level; those inside `not` only with `withNegated`. */
export function searchTextsOf(
  filter: TicketFilter | null | undefined,
  withNegated = false,
  depth = 1,
): string[] {
  if (!filter || depth > MAX_DEPTH) return [];
  const { text, and, or, not } = filter;
  const parts = [...(and ?? []), ...(or ?? []), ...(not && withNegated ? [not] : [])];
  return [
    ...new Set([
      ...(text ? [text] : []),
      ...parts.flatMap((part) => searchTextsOf(part, withNegated, depth + 1)),
    ]),
  ];
}

/**
 * The search texts of a filter that very many tickets contain. For these it is cheaper to walk the
 * tickets in the order of the list and test each one, than to fetch all matches and sort them.
 */
export async function findFrequentTexts(
  ctx: Context,
  filter: TicketFilter | null | undefined,
): Promise<ReadonlySet<string>> {
  const texts = canSeeOnHold(ctx.actor) ? searchTextsOf(filter, true) : [];
  const areFrequent = await Promise.all(
    texts.map((text) =>
      ctx.load.byKey('frequent texts', text, (all) => loadFrequency(ctx, all), false),
    ),
  );
  return new Set(texts.filter((_, index) => areFrequent[index]));
}

async function loadFrequency(ctx: Context, texts: string[]): Promise<Map<string, boolean>> {
  const results = await rows(
    ctx,
    sql<{ frequent: boolean }>`
      select (
        select count(*) from search_ticket_ids(search.query::tsquery, ${sql.lit(FREQUENT_TICKETS + 1)})
      ) > ${sql.lit(FREQUENT_TICKETS)} as frequent
      from unnest(${texts.map(toSearchQuery)}::text[]) with ordinality as search(query, index)
      order by search.index`,
  );
  return new Map(texts.map((text, index) => [text, results[index]!.frequent]));
}

const TICKET_NUMBER = /^#?(\d{1,9})$/;
const EMAIL_ADDRESS = /^[^\s@]+@[^\s@]+$/;

/**
 * Queries for the ids of tickets that a text identifies other than by words: by their number
 * (`#123`), and for staff by the mail address of the requester.
 */
function identifiedTickets(text: string, actor: Actor): RawBuilder<unknown>[] {
  const workspace = sql`${actor.workspace}::uuid`;
  const trimmed = text.trim();
  const [, number] = TICKET_NUMBER.exec(trimmed) ?? [];
  return [
    ...(number
      ? [
          sql`select n.id from ticket n
            where n.workspace_id = ${workspace} and n.number = ${Number(number)}::integer`,
        ]
      : []),
    ...(EMAIL_ADDRESS.test(trimmed) && canSeeOnHold(actor)
      ? [
          sql`select n.id from ticket n
            where n.workspace_id = ${workspace} and n.requester_id = any(array(
              select i.requester_id from requester_identity i
              where i.workspace_id = ${workspace} and i.kind = 'EMAIL'
                and i.value = ${trimmed.toLowerCase()}))
            order by n.waiting_since limit ${sql.lit(FREQUENT_TICKETS)}`,
        ]
      : []),
  ];
}

const anyOfQueries = (queries: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql`any(array(${sql.join(
    queries.map((query) => sql`(${query})`),
    sql` union all `,
  )}))`;

/**
 * The condition of a search text on `t`. Requesters search the public messages of their own
 * tickets. A blank text matches every ticket.
 */
export function searchTextToSql(
  text: string,
  actor: Actor,
  frequentTexts: ReadonlySet<string>,
): Condition {
  const query = toSearchQuery(text);
  if (!query) return text.trim() ? sql`false` : sql`true`;
  const identified = identifiedTickets(text, actor);
  if (canSeeOnHold(actor) && !frequentTexts.has(text)) {
    const found = sql`select * from search_ticket_ids(${query}::tsquery, ${sql.lit(FREQUENT_TICKETS)})`;
    return sql`t.id = ${anyOfQueries([found, ...identified])}`;
  }
  // A subquery per ticket, because the planner does not know that the text is frequent and would
  // read the texts of all tickets at once for a join.
  const contains = sql`coalesce((
    select ${searchVector(actor)} @@ ${query}::tsquery
    from ticket_text x where x.ticket_id = t.id), false)`;
  return identified.length
    ? sql`(${contains} or t.id = ${anyOfQueries(identified)})`
    : sql`${contains}`;
}

/** The search vector with the words that the actor may read. */
const searchVector = (actor: Actor) =>
  canSeeOnHold(actor) ? sql.ref('x.everything') : sql.ref('x.public');

/** Identified tickets rank above any that only contain the words. */
const IDENTIFIED_WEIGHT = 100;
/** Breaks ties: of two tickets with the same rank the newer one is first. */
const AGE_DIVISOR = 1e14;

/**
 * The relevance of `t` for search texts, as a number. The words of the subject weigh most, then the
 * requester’s name, then the messages; whole words weigh more than prefixes, and short tickets more
 * than long ones.
 */
export function relevanceSql(texts: readonly string[], actor: Actor): RawBuilder<unknown> {
  const vector = searchVector(actor);
  const parts = texts.flatMap((text) => {
    const identified = identifiedTickets(text, actor);
    const searched = text.slice(0, MAX_TEXT_LENGTH);
    const [wholeWords, prefixes] = [searchQuery(searched, true), searchQuery(searched)];
    if (!prefixes) return [];
    const rank = sql`coalesce((
      select ts_rank(${vector}, ${wholeWords}::tsquery, 1) + ts_rank(${vector}, ${prefixes}::tsquery, 1)
      from ticket_text x where x.ticket_id = t.id), 0)`;
    return identified.length
      ? [
          rank,
          sql`case when t.id = ${anyOfQueries(identified)}
            then ${sql.lit(IDENTIFIED_WEIGHT)} else 0 end`,
        ]
      : [rank];
  });
  const newness = sql`extract(epoch from t.created_at) / ${sql.lit(AGE_DIVISOR)}`;
  return sql`(${sql.join([...parts, newness], sql` + `)})::double precision`;
}
