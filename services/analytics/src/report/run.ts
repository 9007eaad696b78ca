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
import { countMeasures } from './count.ts';
import { labelRows } from './label.ts';
import { reportCacheOf } from './cache.ts';
import { type ReportQuery, type ReportArgs, parseReportArgs, withBuckets } from './input.ts';
import type { TicketReport } from './report.ts';
import { buildRows } from './rows.ts';

const REPORT_TIMEOUT_MS = 10_000;
/** The PostgreSQL error code of a statement that exceeded its timeout. */
const QUERY_CANCELED = '57014';

/** Runs a report. Equal queries between two events run once. */
export async function runReport(ctx: Context, args: ReportArgs): Promise<TicketReport> {
  const query = parseReportArgs(args);
  // Before the cache: an invalid filter is always refused.
  const condition = reportFilterToSql(query.filter, ctx.actor);
  const key = cacheKey(ctx, query);
  const compute = () => inOwnSnapshot(ctx, (own) => computeReport(own, query, condition));
  if (key === undefined) return (await compute()).report;
  const cache = reportCacheOf(ctx.orm);
  const revision = await cache.revision(ctx.workspace, () =>
    inOwnSnapshot(ctx, async (own) => (await readProgress(own)).revision),
  );
  return cache.report(key, revision, compute);
}

/** Runs work that other requests may wait for in a snapshot of its own, so that it does not end with the request that started it. */
async function inOwnSnapshot<T>(
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

async function computeReport(
  ctx: Context,
  query: ReportQuery,
  condition: Condition,
): Promise<{ revision: number; report: TicketReport }> {
  const bucketed = withBuckets(query);
  const { position, revision, asOf } = await readProgress(ctx);
  const em = await ctx.read();
  const narrowed = query.filter !== null || reportScopeOf(ctx.actor) !== undefined;
  const tickets = narrowed
    ? sql<SqlBool>`${reportableTicketSql(ctx.actor)} and ${condition}`
    : undefined;
  const counts = await countMeasures(em, bucketed, {
    tickets,
    hidden: filterUsesHidden(query.filter),
  }).catch((error: { code?: string }) => {
    throw error.code === QUERY_CANCELED
      ? graphqlError(
          'COST_EXCEEDED',
          'The report takes too long. Choose a shorter period or fewer dimensions.',
        )
      : error;
  });
  const { rows, totals, truncated } = buildRows(bucketed, counts);
  const dimensions = await labelRows(em, bucketed, rows);
  const report = {
    from: query.from,
    to: query.to,
    timeZone: query.zone,
    cursor: encodeCursor(ctx, { position }),
    asOf,
    rows: rows.map(({ measures }, index) => ({ dimensions: dimensions[index]!, measures })),
    totals,
    truncated,
  };
  return { revision, report };
}

/**
 * The progress of the projection in the operation's snapshot. The revision changes with every
 * applied event, including a replayed dead letter before the position. 0 before the first event.
 */
async function readProgress(
  ctx: Context,
): Promise<{ position: number; revision: number; asOf: Date }> {
  const em = await ctx.read();
  const { rows } = await sql<{
    position: string | null;
    revision: string | null;
    as_of: Date | string | null;
  }>`
    select set_config('statement_timeout', ${String(REPORT_TIMEOUT_MS)}, true), position, progress.xmin::text as revision, as_of from (values (1)) always left join progress on true
  `.execute(em.getKysely());
  const { position, revision, as_of: asOf } = rows[0]!;
  return {
    position: Number(position ?? 0),
    revision: Number(revision ?? 0),
    asOf: asOf ? new Date(asOf) : new Date(),
  };
}

/** Everything that a report depends on besides the events, as text. Undefined when it depends on the current time. */
function cacheKey(ctx: Context, query: ReportQuery): string | undefined {
  const { filter, by, measures, from, to, zone, granularity } = query;
  let dependsOnTime = false;
  let dependsOnCaller = false;
  const filterText = JSON.stringify(filter, (key, value: unknown) => {
    if ((key === 'within' || key === 'olderThan') && value) dependsOnTime = true;
    if (value === 'me') dependsOnCaller = true;
    return withSortedKeys(value);
  });
  if (dependsOnTime) return undefined;
  const caller = [
    ctx.workspace,
    dependsOnCaller && ctx.actor.id,
    reportScopeOf(ctx.actor) ?? null,
    countsDeletedTickets(ctx.actor),
  ];
  return JSON.stringify([caller, filterText, by, measures, from, to, zone, granularity]);
}

/** An object with sorted keys and without null values. */
function withSortedKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
