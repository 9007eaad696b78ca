import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { searchQuery } from '@deskgraph/common/text/tokenizer';
import type { RawBuilder } from 'kysely';
import type { TicketFilter } from './sql.ts';
import { readsOnHold } from '../ticket/read-rights.ts';

/** Longer texts are searched for by their beginning. */
const READ = 200;
/** Texts that more tickets hold are frequent. */
const FREQUENT = 2_000;
const DEPTH_LIMIT = 5;

const queryOf = (text: string): string | null => searchQuery(text.slice(0, READ));

/** Refuses texts that are longer than what is searched for, wherever in the filter they stand. */
export function refuseLongSearchTexts(
  { text, and, or, not }: TicketFilter,
  field: readonly string[] = ['filter'],
): void {
  if ((text?.length ?? 0) > READ)
    throw new Refusal([{ code: 'TOO_LONG', field: [...field, 'text'] }]);
  and?.forEach((each, at) => refuseLongSearchTexts(each, [...field, 'and', String(at)]));
  or?.forEach((each, at) => refuseLongSearchTexts(each, [...field, 'or', String(at)]));
  if (not) refuseLongSearchTexts(not, [...field, 'not']);
}

/** The texts that a filter asks for, wherever they stand; `denied`: also those that must not be there. */
export function searchTextsOf(
  filter: TicketFilter | null | undefined,
  denied = false,
  depth = 1,
): string[] {
  if (!filter || depth > DEPTH_LIMIT) return [];
  const { text, and, or, not } = filter;
  const inside = [...(and ?? []), ...(or ?? []), ...(not && denied ? [not] : [])];
  return [
    ...new Set([
      ...(text ? [text] : []),
      ...inside.flatMap((each) => searchTextsOf(each, denied, depth + 1)),
    ]),
  ];
}

/**
 * The texts of a filter that so many tickets hold that it is better to go through tickets in the asked order and look into each one, than to
 * take all that hold them and put them in order.
 */
export async function findFrequentTexts(
  ctx: Context,
  filter: TicketFilter | null | undefined,
): Promise<ReadonlySet<string>> {
  const texts = readsOnHold(ctx.actor) ? searchTextsOf(filter, true) : [];
  const frequent = await Promise.all(
    texts.map((text) => ctx.load.byKey('frequent texts', text, (all) => look(ctx, all), false)),
  );
  return new Set(texts.filter((_, at) => frequent[at]));
}

async function look(ctx: Context, texts: string[]): Promise<Map<string, boolean>> {
  const em = await ctx.read();
  const { rows } = await sql<{ frequent: boolean }>`
    select (select count(*) from tickets_with(asked.query::tsquery, ${sql.lit(FREQUENT + 1)})) > ${sql.lit(FREQUENT)} as frequent
    from unnest(${texts.map(queryOf)}::text[]) with ordinality as asked(query, at) order by asked.at`.execute(
    em.getKysely(),
  );
  return new Map(texts.map((text, at) => [text, rows[at]!.frequent]));
}

/** A text that is a number, `#123`, or, for the staff, the address of a requester: what it names is found too. */
const NUMBER = /^#?(\d{1,9})$/;
const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/** How a text names tickets without their words: the ids of those that it names. */
function namedBy(text: string, actor: Actor): RawBuilder<unknown>[] {
  const { workspace } = actor;
  const plain = text.trim();
  const [, number] = NUMBER.exec(plain) ?? [];
  return [
    ...(number
      ? [
          sql`select n.id from ticket n where n.workspace_id = ${workspace}::uuid and n.number = ${Number(number)}::integer`,
        ]
      : []),
    ...(ADDRESS.test(plain) && readsOnHold(actor)
      ? [
          sql`select n.id from ticket n where n.workspace_id = ${workspace}::uuid and n.requester_id = any(array(
            select i.requester_id from requester_identity i
            where i.workspace_id = ${workspace}::uuid and i.kind = 'EMAIL' and i.value = ${plain.toLowerCase()}))
            order by n.waiting_since limit ${sql.lit(FREQUENT)}`,
        ]
      : []),
  ];
}

const idsOf = (parts: readonly RawBuilder<unknown>[]) =>
  sql`any(array(${sql.join(
    parts.map((part) => sql`(${part})`),
    sql` union all `,
  )}))`;

/** Requesters search what they may read, public messages only, and so go through their tickets. A blank text asks for nothing. */
export function searchTextToSql(
  text: string,
  actor: Actor,
  frequent: ReadonlySet<string>,
): Condition {
  const query = queryOf(text);
  if (!query) return text.trim() ? sql`false` : sql`true`;
  const full = readsOnHold(actor);
  const named = namedBy(text, actor);
  if (full && !frequent.has(text)) {
    return sql`t.id = ${idsOf([sql`select * from tickets_with(${query}::tsquery, ${sql.lit(FREQUENT)})`, ...named])}`;
  }
  // Asked of each ticket: as a join it would be read for all of them at once, for nobody can tell the planner that the text is frequent.
  const isSaid = sql`coalesce((select ${wordsFor(actor)} @@ ${query}::tsquery from ticket_text x where x.ticket_id = t.id), false)`;
  return named.length ? sql`(${isSaid} or t.id = ${idsOf(named)})` : sql`${isSaid}`;
}

/** The words that the actor may read. */
const wordsFor = (actor: Actor) =>
  readsOnHold(actor) ? sql.ref('x.everything') : sql.ref('x.public');

/** What is named counts more than any words. */
const NAMED = 100;
/** Of two that fit alike the newer one fits better. */
const AGE = 1e14;

/**
 * How well the words of a ticket fit the texts, as a number: those of the subject count most, then the requester's, then what was said; whole words
 * more than beginnings, and short tickets more than long ones.
 */
export function relevanceSql(texts: readonly string[], actor: Actor): RawBuilder<unknown> {
  const words = wordsFor(actor);
  const parts = texts.flatMap((text) => {
    const named = namedBy(text, actor);
    const read = text.slice(0, READ);
    const [exact, open] = [searchQuery(read, true), searchQuery(read)];
    if (!open) return [];
    const said = sql`coalesce((
      select ts_rank(${words}, ${exact}::tsquery, 1) + ts_rank(${words}, ${open}::tsquery, 1) from ticket_text x where x.ticket_id = t.id), 0)`;
    return named.length
      ? [said, sql`case when t.id = ${idsOf(named)} then ${sql.lit(NAMED)} else 0 end`]
      : [said];
  });
  return sql`(${sql.join([...parts, sql`extract(epoch from t.created_at) / ${sql.lit(AGE)}`], sql` + `)})::double precision`;
}
