import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import { snippetOf } from '@deskgraph/common/text/snippet';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { MAX_CODE_POINT } from '@deskgraph/common/text/tokenizer';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import type { TicketCluster } from './similarity.ts';
import { LEAST, LEAST_WORDS, type Weights, likeness, rarity, weigh } from './weigh.ts';

const FIRST_LIMIT = 50;
const LONGEST = durationToMs('P90D')!;
/** The newest tickets of the look-back that are compared. */
const COMPARED = 2_000;
/** Fewer are no cluster. */
const SMALLEST = 3;
/** A word in this part of the cluster belongs to its label. */
const SHARED = 0.5;
const LABEL_WORDS = 5;

interface Told {
  id: string;
  subject: string;
  description: string;
  createdAt: Date;
  weights: Weights;
}

/** Alike tickets of the look-back that are no incidents of a problem, the biggest cluster first. */
export async function clusters(
  ctx: Context,
  within: string,
  first: number,
): Promise<TicketCluster[]> {
  if (first < 0 || first > FIRST_LIMIT) throw new Refusal('INVALID', ['first']);
  const length = durationToMs(within);
  if (length === undefined || length > LONGEST) throw new Refusal('INVALID', ['within']);
  const tickets = await ungrouped(ctx, new Date(Date.now() - length));
  const holding = new Map<string, number>();
  for (const { weights } of tickets)
    for (const word of weights.keys()) holding.set(word, (holding.get(word) ?? 0) + 1);
  const rarityOf = (word: string): number => rarity(holding.get(word) ?? 1, tickets.length);
  const found: TicketCluster[] = [];
  const alike = gather(tickets, rarityOf)
    .filter((members) => members.length >= SMALLEST)
    .toSorted(
      (one, other) =>
        other.length - one.length || other[0]!.createdAt.getTime() - one[0]!.createdAt.getTime(),
    )
    .slice(0, first);
  for (const members of alike) {
    const [{ id, createdAt: since }] = members as [Told];
    const ids = members.map((each) => each.id);
    found.push({
      id,
      ids,
      label: labelOf(members, rarityOf),
      count: ids.length,
      since,
      all: found,
    });
  }
  return found;
}

/** The newest ones, oldest first. */
async function ungrouped(ctx: Context, from: Date): Promise<Told[]> {
  const { rows } = await sql<{
    id: string;
    subject: string;
    description: string;
    created_at: string | Date;
  }>`
    select t.id, t.subject, left(t.description, 600) as description, t.created_at from ticket t
    where ${visibleTicketSql(ctx.actor)} and t.created_at >= ${from} and t.problem_id is null and t.merged_into_id is null and not t.spam
      and t.deleted_at is null and not exists (
        select from ticket_link l where l.ticket_id = t.id and l.kind = 'INCIDENT')
    order by t.created_at desc, t.id desc limit ${COMPARED}`.execute(
    (await ctx.read()).getKysely(),
  );
  return rows
    .map((row) =>
      Object.assign(row, {
        id: toId('tkt', row.id),
        createdAt: new Date(row.created_at),
        weights: weigh(row),
      }),
    )
    .toReversed();
}

/**
 * Each ticket joins the cluster whose first ticket it is most like, or begins one of its own. Only first tickets that share a word are compared,
 * so that many tickets of one matter cost no more than many of different ones.
 */
function gather(tickets: readonly Told[], rarityOf: (word: string) => number): Told[][] {
  const found: Told[][] = [];
  const begun = new Map<string, Told[][]>();
  for (const ticket of tickets) {
    const near = new Map<Told[], number>();
    for (const word of ticket.weights.keys())
      for (const members of begun.get(word) ?? []) near.set(members, (near.get(members) ?? 0) + 1);
    let best: { members: Told[]; score: number } | undefined;
    for (const [members, common] of near) {
      if (common < LEAST_WORDS) continue;
      const score = likeness(ticket.weights, members[0]!.weights, rarityOf);
      if (score >= LEAST && score > (best?.score ?? 0)) best = { members, score };
    }
    if (best) best.members.push(ticket);
    else {
      const members = [ticket];
      found.push(members);
      for (const word of ticket.weights.keys())
        begun.set(word, [...(begun.get(word) ?? []), members]);
    }
  }
  return found;
}

/** The words that most of them share, as the first of them spells them. */
function labelOf(members: readonly Told[], rarityOf: (word: string) => number): string {
  const [first] = members as [Told];
  const shared = [...first.weights.keys()]
    .filter(
      (word) =>
        members.filter(({ weights }) => weights.has(word)).length >= SHARED * members.length,
    )
    .toSorted(
      (one, other) =>
        first.weights.get(other)! * rarityOf(other) - first.weights.get(one)! * rarityOf(one),
    )
    .slice(0, LABEL_WORDS);
  const terms = shared.map((word) => ({ word, low: word, high: word + MAX_CODE_POINT }));
  const spelled = [first.subject, first.description].map((said) => {
    const { text, matches } = snippetOf(said.replaceAll(/\s+/g, ' '), terms);
    return [...new Set(matches.map(({ from, to }) => text.slice(from, to)))].join(' ');
  });
  return spelled.find(Boolean) ?? first.subject;
}
