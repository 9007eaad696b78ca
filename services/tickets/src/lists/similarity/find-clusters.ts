import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import { snippetOf } from '@deskgraph/common/text/snippet';
import { MAX_CODE_POINT } from '@deskgraph/common/text/tokenizer';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import type { TicketCluster } from './similarity.ts';
import {
  MIN_SHARED_TERMS,
  MIN_SIMILARITY,
  type TermWeights,
  inverseFrequency,
  similarity,
  termWeights,
} from './term-weights.ts';

const MAX_CLUSTERS = 50;
const MAX_PERIOD_MS = durationToMs('P90D')!;
/** The number of newest tickets of the period that are compared. */
const MAX_TICKETS = 2_000;
const MIN_CLUSTER_SIZE = 3;
/** The share of the tickets of a cluster that have to contain a term of its label. */
const LABEL_TERM_SHARE = 0.5;
const MAX_LABEL_TERMS = 5;

interface WeightedTicket {
  id: string;
  subject: string;
  description: string;
  createdAt: Date;
  weights: TermWeights;
}

/** Clusters of similar tickets of the period that are not incidents of a problem, largest first. */
export async function findTicketClusters(
  ctx: Context,
  within: string,
  first: number,
): Promise<TicketCluster[]> {
  if (first < 0 || first > MAX_CLUSTERS) throw new Refusal('INVALID', ['first']);
  const periodMs = durationToMs(within);
  if (periodMs === undefined || periodMs > MAX_PERIOD_MS) throw new Refusal('INVALID', ['within']);
  const tickets = await findTicketsSince(ctx, new Date(Date.now() - periodMs));
  const ticketsPerTerm = new Map<string, number>();
  for (const { weights } of tickets)
    for (const term of weights.keys())
      ticketsPerTerm.set(term, (ticketsPerTerm.get(term) ?? 0) + 1);
  const frequencyOf = (term: string): number =>
    inverseFrequency(ticketsPerTerm.get(term) ?? 1, tickets.length);
  const clusters: TicketCluster[] = [];
  const largest = clusterTickets(tickets, frequencyOf)
    .filter((members) => members.length >= MIN_CLUSTER_SIZE)
    .toSorted(
      (a, b) => b.length - a.length || b[0]!.createdAt.getTime() - a[0]!.createdAt.getTime(),
    )
    .slice(0, first);
  for (const members of largest) {
    const [{ id, createdAt: since }] = members as [WeightedTicket];
    clusters.push({
      id,
      ticketIds: members.map((ticket) => ticket.id),
      label: labelOf(members, frequencyOf),
      count: members.length,
      since,
      responseClusters: clusters,
    });
  }
  return clusters;
}

/** The newest tickets since an instant that are not incidents, oldest first. */
async function findTicketsSince(ctx: Context, since: Date): Promise<WeightedTicket[]> {
  const newestFirst = await rows(
    ctx,
    sql<{ id: string; subject: string; description: string; created_at: string | Date }>`
      select t.id, t.subject, left(t.description, 600) as description, t.created_at from ticket t
      where ${visibleTicketSql(ctx.actor)} and t.created_at >= ${since} and t.problem_id is null
        and t.merged_into_id is null and not t.spam and t.deleted_at is null and not exists (
          select from ticket_link l where l.ticket_id = t.id and l.kind = 'INCIDENT')
      order by t.created_at desc, t.id desc limit ${MAX_TICKETS}`,
  );
  return newestFirst
    .map(({ id, subject, description, created_at: createdAt }) => ({
      id: toId('tkt', id),
      subject,
      description,
      createdAt: new Date(createdAt),
      weights: termWeights({ subject, description }),
    }))
    .toReversed();
}

/**
 * Each ticket joins the cluster with the most similar first ticket, or starts its own. Only first
 * tickets that share terms are compared, so that many tickets on one topic cost no more than many
 * on different topics.
 */
function clusterTickets(
  tickets: readonly WeightedTicket[],
  frequencyOf: (term: string) => number,
): WeightedTicket[][] {
  const clusters: WeightedTicket[][] = [];
  const clustersByTerm = new Map<string, WeightedTicket[][]>();
  for (const ticket of tickets) {
    const sharedTerms = new Map<WeightedTicket[], number>();
    for (const term of ticket.weights.keys())
      for (const cluster of clustersByTerm.get(term) ?? [])
        sharedTerms.set(cluster, (sharedTerms.get(cluster) ?? 0) + 1);
    let best: { cluster: WeightedTicket[]; score: number } | undefined;
    for (const [cluster, count] of sharedTerms) {
      if (count < MIN_SHARED_TERMS) continue;
      const score = similarity(ticket.weights, cluster[0]!.weights, frequencyOf);
      if (score >= MIN_SIMILARITY && score > (best?.score ?? 0)) best = { cluster, score };
    }
    if (best) best.cluster.push(ticket);
    else {
      const cluster = [ticket];
      clusters.push(cluster);
      for (const term of ticket.weights.keys())
        clustersByTerm.set(term, [...(clustersByTerm.get(term) ?? []), cluster]);
    }
  }
  return clusters;
}

/** The terms that most tickets of the cluster share, as its first ticket spells them. */
function labelOf(
  tickets: readonly WeightedTicket[],
  frequencyOf: (term: string) => number,
): string {
  const [first] = tickets as [WeightedTicket];
  const weightOf = (term: string): number => first.weights.get(term)! * frequencyOf(term);
  const shared = [...first.weights.keys()]
    .filter(
      (term) =>
        tickets.filter(({ weights }) => weights.has(term)).length >=
        LABEL_TERM_SHARE * tickets.length,
    )
    .toSorted((a, b) => weightOf(b) - weightOf(a))
    .slice(0, MAX_LABEL_TERMS);
  const terms = shared.map((term) => ({ word: term, low: term, high: term + MAX_CODE_POINT }));
  const labels = [first.subject, first.description].map((source) => {
    const { text, matches } = snippetOf(source.replaceAll(/\s+/g, ' '), terms);
    return [...new Set(matches.map(({ from, to }) => text.slice(from, to)))].join(' ');
  });
  return labels.find(Boolean) ?? first.subject;
}
