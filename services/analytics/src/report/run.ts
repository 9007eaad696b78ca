import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { sql } from '@deskgraph/common/database/database';
import { graphqlError } from '@deskgraph/common/core/errors';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { Context } from '@deskgraph/common/database/context';
import type { SqlBool } from 'kysely';
import {
  countsDeletedTickets,
  filterUsesHidden,
  reportFilterToSql,
  reportScopeOf,
  reportableTicketSql,
} from '../ticket/filter.ts';
import { count } from './count.ts';
import { labelled } from './label.ts';
import { memoryOf } from './cache.ts';
import { type Asked, type ReportArgs, asked, bucketed } from './input.ts';
import type { TicketReport } from './report.ts';
import { rowsOf } from './rows.ts';

const PATIENCE_MS = 10_000;
/** What PostgreSQL says when a statement took longer. */
const TIMED_OUT = '57014';

/** Answers a report; the same question between two facts is answered once. */
export async function answer(ctx: Context, args: ReportArgs): Promise<TicketReport> {
  const question = asked(args);
  // Told before anything is remembered: what the filter refuses, it refuses always.
  const condition = reportFilterToSql(question.filter, ctx.actor);
  const text = textOf(ctx, question);
  const computed = () => apart(ctx, (own) => compute(own, question, condition));
  if (text === undefined) return (await computed()).report;
  const memory = memoryOf(ctx.orm);
  const mark = await memory.mark(ctx.workspace, () =>
    apart(ctx, async (own) => (await progress(own)).mark),
  );
  return memory.answer(text, mark, computed);
}

/** Work that other requests may wait for has a snapshot of its own: it must not end with the request that happened to begin it. */
async function apart<T>(
  { orm, actor, log, requestId, locales }: Context,
  work: (own: Context) => Promise<T>,
): Promise<T> {
  const own = new Context({ orm, actor, log, requestId, locales });
  try {
    return await work(own);
  } finally {
    await own.endSnapshot();
  }
}

async function compute(
  ctx: Context,
  asking: Asked,
  condition: Condition,
): Promise<{ mark: number; report: TicketReport }> {
  const question = bucketed(asking);
  const { position, mark, asOf } = await progress(ctx);
  const em = await ctx.read();
  const narrowed = question.filter !== null || reportScopeOf(ctx.actor) !== undefined;
  const tickets = narrowed
    ? sql<SqlBool>`${reportableTicketSql(ctx.actor)} and ${condition}`
    : undefined;
  const counts = await count(em, question, {
    tickets,
    hidden: filterUsesHidden(question.filter),
  }).catch((error: { code?: string }) => {
    throw error.code === TIMED_OUT
      ? graphqlError(
          'COST_EXCEEDED',
          'The report takes too long; ask for a shorter period or fewer dimensions.',
        )
      : error;
  });
  const { rows, totals, truncated } = rowsOf(question, counts);
  const dimensions = await labelled(em, question, rows);
  const report = {
    from: question.from,
    to: question.to,
    timeZone: question.zone,
    cursor: encodeCursor(ctx, { position }),
    asOf,
    rows: rows.map(({ measures }, at) => ({ dimensions: dimensions[at]!, measures })),
    totals,
    truncated,
  };
  return { mark, report };
}

/**
 * How far the facts of the workspace are counted, in the operation's snapshot. The mark is another one whenever something was counted, also
 * a fact before the position that had been set aside; 0 before the first.
 */
async function progress(ctx: Context): Promise<{ position: number; mark: number; asOf: Date }> {
  const em = await ctx.read();
  const { rows } = await sql<{
    position: string | null;
    mark: string | null;
    as_of: Date | string | null;
  }>`
    select set_config('statement_timeout', ${String(PATIENCE_MS)}, true), position, progress.xmin::text as mark, as_of from (values (1)) always left join progress on true
  `.execute(em.getKysely());
  const { position, mark, as_of: asOf } = rows[0]!;
  return {
    position: Number(position ?? 0),
    mark: Number(mark ?? 0),
    asOf: asOf ? new Date(asOf) : new Date(),
  };
}

/**
 * All that the answer depends on besides the facts, as text; undefined when it depends on the clock too.
 */
function textOf(ctx: Context, question: Asked): string | undefined {
  const { filter, by, measures, from, to, zone, granularity } = question;
  let clock = false;
  let me = false;
  const filterText = JSON.stringify(filter, (key, value: unknown) => {
    if ((key === 'within' || key === 'olderThan') && value) clock = true;
    if (value === 'me') me = true;
    return plain(value);
  });
  if (clock) return undefined;
  const caller = [
    ctx.workspace,
    me && ctx.actor.id,
    reportScopeOf(ctx.actor) ?? null,
    countsDeletedTickets(ctx.actor),
  ];
  return JSON.stringify([caller, filterText, by, measures, from, to, zone, granularity]);
}

/** An object with its keys in one order, and without those that say nothing. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const given = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(given.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
