import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { ids, rows } from '@deskgraph/common/database/query';
import { ticketsWhere } from '../../model/lookup/queries.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { SimilarTicket } from './similarity.ts';
import {
  MIN_SHARED_TERMS,
  MIN_SIMILARITY,
  type TermWeights,
  inverseFrequency,
  sharedTermCount,
  similarity,
  termWeights,
} from './term-weights.ts';

/** The number of terms by which candidates are searched, those with the highest weights. */
const MAX_TERMS = 12;
/** The number of terms that are searched together, to find candidates by common terms. */
const MAX_COMBINED_TERMS = 4;
const COMBINED_WEIGHT = 4;
/** A term that more tickets contain is common: it finds no candidates on its own. */
const MAX_TICKETS_PER_TERM = 200;
/** The number of candidates that are compared with one ticket. */
const MAX_CANDIDATES = 20;
/** The assumed frequency of a common term: one in this many tickets. */
const COMMON_TERM_RATIO = 20;

/** Similar tickets, best match first; two statements for all tickets of a request. */
export function findSimilarTickets(ctx: Context, ticket: Ticket): Promise<SimilarTicket[]> {
  const key = JSON.stringify([ticket.id, ticket.subject, ticket.description]);
  const none: SimilarTicket[] = [];
  return ctx.load.byKey('similar tickets', key, (keys) => findSimilarByKeys(ctx, keys), none);
}

/** A ticket for which similar ones are searched. */
interface SourceTicket {
  key: string;
  id: string;
  weights: TermWeights;
  terms: string[];
}

function sourceTicket(key: string): SourceTicket {
  const [id, subject, description] = JSON.parse(key) as [string, string, string];
  const weights = termWeights({ subject, description });
  const terms = [...weights].toSorted(([, a], [, b]) => b - a).map(([term]) => term);
  return { key, id, weights, terms: terms.slice(0, MAX_TERMS) };
}

async function findSimilarByKeys(
  ctx: Context,
  keys: string[],
): Promise<Map<string, SimilarTicket[]>> {
  const sources = keys.map(sourceTicket);
  const { ticketCount, ticketsPerTerm, pairs } = await findCandidates(ctx, sources);
  const candidateIds = [...new Set(pairs.map(({ id }) => id))];
  const tickets = candidateIds.length
    ? await ticketsWhere(ctx, sql`t.id = any(${ids('tkt', candidateIds)})`)
    : [];
  const candidates = new Map(
    tickets.map((ticket) => [ticket.id, { ticket, weights: termWeights(ticket) }]),
  );
  const frequencyOf = (term: string): number =>
    inverseFrequency(ticketsPerTerm.get(term) ?? ticketCount / COMMON_TERM_RATIO, ticketCount);
  const pairsBySource = Map.groupBy(pairs, ({ source }) => source);
  return new Map(
    sources.map(({ key, weights }, index) => {
      const similar = (pairsBySource.get(index) ?? []).flatMap(({ id }) => {
        const candidate = candidates.get(id);
        if (!candidate || sharedTermCount(weights, candidate.weights) < MIN_SHARED_TERMS) return [];
        const exact = similarity(weights, candidate.weights, frequencyOf);
        const score = Math.round(exact * 10_000) / 10_000;
        return score >= MIN_SIMILARITY ? [{ ticket: candidate.ticket, score }] : [];
      });
      return [
        key,
        similar.toSorted((a, b) => b.score - a.score || b.ticket.number - a.ticket.number),
      ];
    }),
  );
}

interface Candidates {
  /** The approximate number of tickets of the workspace. */
  ticketCount: number;
  /** The number of tickets that contain a term, for terms that are not common. */
  ticketsPerTerm: Map<string, number>;
  /** A candidate and the index of the ticket that it may be similar to. */
  pairs: { source: number; id: string }[];
}

/**
 * The candidates of each ticket: tickets found by its rare terms, and by its terms of the highest
 * weights together, which may be common. The number of candidates per term and in total is bounded.
 *
 * Queries are numbered by position: first the terms, then the combined query of each ticket. A use
 * says that a query belongs to a ticket, and with which weight.
 */
async function findCandidates(ctx: Context, sources: readonly SourceTicket[]): Promise<Candidates> {
  const terms = [...new Set(sources.flatMap((source) => source.terms))];
  const positions = new Map(terms.map((term, index) => [term, index]));
  const combined = sources.map((source) =>
    source.terms.slice(0, MAX_COMBINED_TERMS).map(prefixQuery).join(' & '),
  );
  const queries = [...terms.map(prefixQuery), ...combined];
  const uses = sources.flatMap((source, index) => [
    ...source.terms.map((term) => ({
      source: index,
      position: positions.get(term)!,
      weight: source.weights.get(term)!,
    })),
    ...(source.terms.length >= MIN_SHARED_TERMS
      ? [{ source: index, position: terms.length + index, weight: COMBINED_WEIGHT }]
      : []),
  ]);
  const [row] = await rows(
    ctx,
    sql<{
      ticket_count: number | null;
      ticket_counts: [position: number, count: number][] | null;
      pairs: [source: number, id: string][] | null;
    }>`
      with source as (
        select id, number - 1 as source
        from unnest(${ids('tkt', sources)}) with ordinality as s(id, number)),
      query as (
        select text, number - 1 as position
        from unnest(${queries}::text[]) with ordinality as q(text, number) where text <> ''),
      hit as materialized (
        select query.position, found.id
        from query cross join lateral
          search_ticket_ids(query.text::tsquery, ${MAX_TICKETS_PER_TERM + 1}) as found(id)),
      hits as materialized (
        select position, count(*)::integer as count from hit group by position),
      total as (
        select max(n.number)::double precision as count
        from ticket n where n.workspace_id = ${ctx.workspace}::uuid),
      score as (
        select u.source, hit.id,
          sum(u.weight * ln(1 + total.count / hits.count) order by u.position) as weight
        from unnest(
          ${uses.map((use) => use.source)}::integer[],
          ${uses.map(({ position }) => position)}::integer[],
          ${uses.map(({ weight }) => weight)}::integer[]) as u(source, position, weight)
        join hits on hits.position = u.position
          and (hits.count <= ${MAX_TICKETS_PER_TERM} or u.position >= ${terms.length})
        join hit on hit.position = u.position
        join source on source.source = u.source and source.id <> hit.id
        cross join total group by u.source, hit.id),
      highest as (
        select source, id from (
          select score.*,
            row_number() over (partition by source order by weight desc, id desc) as rank
          from score) s
        where rank <= ${MAX_CANDIDATES * 5}),
      best as (
        select source, id from (
          select highest.source, t.id,
            row_number() over (
              partition by highest.source order by score.weight desc, t.id desc) as rank
          from highest join score using (source, id) join ticket t on t.id = highest.id
          where ${visibleTicketSql(ctx.actor)} and t.merged_into_id is null
            and t.deleted_at is null and not t.spam) b
        where rank <= ${MAX_CANDIDATES})
      select (select count from total) as ticket_count,
        (select json_agg(json_build_array(position, count)) from hits
          where count <= ${MAX_TICKETS_PER_TERM}) as ticket_counts,
        (select json_agg(json_build_array(source, id)) from best) as pairs`,
  );
  const { ticket_count, ticket_counts, pairs } = row!;
  return {
    ticketCount: ticket_count ?? 1,
    ticketsPerTerm: new Map(
      (ticket_counts ?? []).flatMap(([position, count]) =>
        position < terms.length ? [[terms[position]!, count] as const] : [],
      ),
    ),
    pairs: (pairs ?? []).map(([source, id]) => ({ source, id: toId('tkt', id) })),
  };
}

/** Terms consist of letters and digits only, so they need no quoting. */
const prefixQuery = (term: string): string => `'${term}':*`;
