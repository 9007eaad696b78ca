import { sql, uuidArray } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { ticketsWhere } from '../../model/lookup/queries.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import type { SimilarTicket } from './similarity.ts';
import { LEAST, LEAST_WORDS, type Weights, inCommon, likeness, rarity, weigh } from './weigh.ts';

/** Words of one ticket that others are looked up by, the weightiest first. */
const WORDS = 12;
/** A word that more tickets hold finds none by itself. */
const COMMON = 200;
/** Tickets that are compared with one ticket. */
const COMPARED = 20;
/** What a common word counts: as if one of so many tickets held it. */
const COMMON_PART = 20;

/** Tickets that are like this one, best first; those of all tickets of a request are found by two statements. */
export function similarTo(ctx: Context, ticket: Ticket): Promise<SimilarTicket[]> {
  const text = JSON.stringify([ticket.id, ticket.subject, ticket.description]);
  return ctx.load.byKey('similar tickets', text, (all) => findAll(ctx, all), [] as SimilarTicket[]);
}

/** A ticket that others are compared with. */
interface Asked {
  key: string;
  id: string;
  weights: Weights;
  words: string[];
}

async function findAll(ctx: Context, keys: string[]): Promise<Map<string, SimilarTicket[]>> {
  const asked = keys.map((key): Asked => {
    const [id, subject, description] = JSON.parse(key) as [string, string, string];
    const weights = weigh({ subject, description });
    const words = [...weights].toSorted(([, one], [, other]) => other - one).map(([word]) => word);
    return { key, id, weights, words: words.slice(0, WORDS) };
  });
  const { all, holding, pairs } = await candidates(ctx, asked);
  const ids = [...new Set(pairs.map(({ id }) => id))];
  const others = new Map(
    (ids.length ? await ticketsWhere(ctx, sql`t.id = any(${uuidArray('tkt', ids)})`) : []).map(
      (each) => [each.id, each],
    ),
  );
  const known = new Map([...others.values()].map((each) => [each.id, weigh(each)]));
  const rarityOf = (word: string): number => rarity(holding.get(word) ?? all / COMMON_PART, all);
  const byAsked = Map.groupBy(pairs, ({ at }) => at);
  return new Map(
    asked.map(({ key, weights }, at) => {
      const alike = (byAsked.get(at) ?? []).flatMap(({ id }) => {
        const [other, theirs] = [others.get(id), known.get(id)];
        if (!other || !theirs || inCommon(weights, theirs) < LEAST_WORDS) return [];
        const score = Math.round(likeness(weights, theirs, rarityOf) * 10_000) / 10_000;
        return score >= LEAST ? [{ ticket: other, score }] : [];
      });
      return [
        key,
        alike.toSorted(
          (one, other) => other.score - one.score || other.ticket.number - one.ticket.number,
        ),
      ];
    }),
  );
}

interface Candidates {
  /** How many tickets there are, about. */
  all: number;
  /** How many tickets hold a word; of words that few hold. */
  holding: Map<string, number>;
  pairs: { at: number; id: string }[];
}

/**
 * For each ticket those that share most with it: found by the words that few tickets hold, and by all words of it together that many hold. What
 * one word finds is bounded, and so is the whole.
 */
async function candidates(ctx: Context, asked: readonly Asked[]): Promise<Candidates> {
  const single = [...new Set(asked.flatMap(({ words }) => words))];
  const place = new Map(single.map((word, at) => [word, at]));
  const joined = asked.map(({ words }) => words.slice(0, 4).map(queryOf).join(' & '));
  const queries = [...single.map(queryOf), ...joined];
  const uses = asked.flatMap(({ words, weights }, at) => [
    ...words.map((word) => ({ at, place: place.get(word)!, weight: weights.get(word)! })),
    ...(words.length >= LEAST_WORDS ? [{ at, place: single.length + at, weight: 4 }] : []),
  ]);
  const { rows } = await sql<{
    all: number | null;
    holding: [number, number][] | null;
    pairs: [number, string][] | null;
  }>`
    with asked as (select id, at - 1 as at from unnest(${uuidArray(
      'tkt',
      asked.map(({ id }) => id),
    )}) with ordinality as a(id, at)),
    query as (select text, at - 1 as place from unnest(${queries}::text[]) with ordinality as q(text, at) where text <> ''),
    hit as materialized (select query.place, found.id from query cross join lateral search_ticket_ids(query.text::tsquery, ${COMMON + 1}) as found(id)),
    holding as materialized (select place, count(*)::integer as many from hit group by place),
    total as (select max(n.number)::double precision as many from ticket n where n.workspace_id = ${ctx.workspace}::uuid),
    share as (
      select u.at, hit.id, sum(u.weight * ln(1 + total.many / holding.many) order by u.place) as weight
      from unnest(${uses.map(({ at }) => at)}::integer[], ${uses.map((use) => use.place)}::integer[], ${uses.map(({ weight }) => weight)}::integer[])
        as u(at, place, weight)
      join holding on holding.place = u.place and (holding.many <= ${COMMON} or u.place >= ${single.length})
      join hit on hit.place = u.place join asked on asked.at = u.at and asked.id <> hit.id cross join total group by u.at, hit.id),
    first as (select at, id from (
      select share.*, row_number() over (partition by at order by weight desc, id desc) as place from share) s where place <= ${COMPARED * 5}),
    best as (select at, id from (
      select first.at, t.id, row_number() over (partition by first.at order by share.weight desc, t.id desc) as place
      from first join share using (at, id) join ticket t on t.id = first.id
      where ${visibleTicketSql(ctx.actor)} and t.merged_into_id is null and t.deleted_at is null and not t.spam) b where place <= ${COMPARED})
    select (select many from total) as all, (select json_agg(json_build_array(place, many)) from holding where many <= ${COMMON}) as holding,
      (select json_agg(json_build_array(at, id)) from best) as pairs`.execute(
    (await ctx.read()).getKysely(),
  );
  const { all, holding, pairs } = rows[0]!;
  return {
    all: all ?? 1,
    holding: new Map(
      (holding ?? []).flatMap(([at, many]) =>
        at < single.length ? [[single[at]!, many] as const] : [],
      ),
    ),
    pairs: (pairs ?? []).map(([at, id]) => ({ at, id: toId('tkt', id) })),
  };
}

/** Words are made of letters and digits alone. */
const queryOf = (word: string): string => `'${word}':*`;
