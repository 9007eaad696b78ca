import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import type { Condition } from '@deskgraph/common/filter';
import type { Context } from '@deskgraph/common/transaction';
import { searchQuery } from '@deskgraph/common/words';
import type { TicketFilter } from './filter.ts';
import { readsOnHold } from './reader.ts';

/** Longer texts are searched for by their beginning. */
const READ = 200;
/** Texts that more tickets hold are frequent. */
const FREQUENT = 2_000;
const DEPTH_LIMIT = 5;

const queryOf = (text: string): string | null => searchQuery(text.slice(0, READ));

/** Refuses texts that are longer than what is searched for, wherever in the filter they stand. */
export function refuseLongTexts({ text, and, or, not }: TicketFilter, field: readonly string[] = ['filter']): void {
  if ((text?.length ?? 0) > READ) throw new Refusal([{ code: 'TOO_LONG', field: [...field, 'text'] }]);
  and?.forEach((each, at) => refuseLongTexts(each, [...field, 'and', String(at)]));
  or?.forEach((each, at) => refuseLongTexts(each, [...field, 'or', String(at)]));
  if (not) refuseLongTexts(not, [...field, 'not']);
}

/**
 * The texts of a filter that so many tickets hold that it is better to go through tickets in the asked order and look into each one, than to
 * take all that hold them and put them in order.
 */
export async function frequentTexts(ctx: Context, filter: TicketFilter | null | undefined): Promise<ReadonlySet<string>> {
  const texts = [...new Set(filter && readsOnHold(ctx.actor) ? textsOf(filter, 1) : [])];
  const frequent = await Promise.all(texts.map((text) => ctx.load.byKey('frequent texts', text, (all) => look(ctx, all), false)));
  return new Set(texts.filter((_, at) => frequent[at]));
}

function textsOf({ text, and, or, not }: TicketFilter, depth: number): string[] {
  if (depth > DEPTH_LIMIT) return [];
  const inside = [...(and ?? []), ...(or ?? []), ...(not ? [not] : [])];
  return [...(text ? [text] : []), ...inside.flatMap((each) => textsOf(each, depth + 1))];
}

async function look(ctx: Context, texts: string[]): Promise<Map<string, boolean>> {
  const em = await ctx.read();
  const { rows } = await sql<{ frequent: boolean }>`
    select (select count(*) from tickets_with(asked.query::tsquery, ${sql.lit(FREQUENT + 1)})) > ${sql.lit(FREQUENT)} as frequent
    from unnest(${texts.map(queryOf)}::text[]) with ordinality as asked(query, at) order by asked.at`.execute(em.getKysely());
  return new Map(texts.map((text, at) => [text, rows[at]!.frequent]));
}

/** Requesters search what they may read, public messages only, and so go through their tickets. */
export function textMatches(text: string, full: boolean, frequent: ReadonlySet<string>): Condition {
  const query = queryOf(text);
  if (!query) return sql`false`;
  if (full && !frequent.has(text)) return sql`t.id = any(array(select tickets_with(${query}::tsquery, ${sql.lit(FREQUENT)})))`;
  const column = full ? sql.ref('x.everything') : sql.ref('x.public');
  return sql`exists (select from ticket_text x where x.ticket_id = t.id and ${column} @@ ${query}::tsquery)`;
}
