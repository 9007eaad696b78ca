import { readRows } from '../sql-baseline.ts';
import type { WorkloadFactory } from '../row.ts';

const QUERY = `query ($period: PeriodInput!) {
  ticketReport(by: [TIME, STATUS], measures: [CREATED], period: $period) { rows { dimensions { key label } measures { value } } }
}`;

const DAY_MS = 86_400_000;
const MINUTES = 24 * 60;
const ZERO = Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** Returns a period of 90 days that ends at a different second for each `n`. */
const periodOf = (n: number): { from: Date; to: Date } => {
  const to =
    ZERO + DAY_MS - ((n * 7919) % MINUTES) * 60_000 - (Math.floor(n / MINUTES) % 60) * 1000;
  return { from: new Date(to - 90 * DAY_MS), to: new Date(to) };
};

const FLOOR = `select date_trunc('day', created_at) as day, status, count(*)::integer as created from ticket
  where workspace_id = $1 and created_at >= $2 and created_at < $3 group by 1, 2 order by 1, 2`;

/** Requests a different period each time, so that no cache helps. */
export const report: WorkloadFactory = ({ graph, workspace, lead }, { analytics }) => ({
  name: 'report day × status',
  target: 200,
  graph: async (n) => {
    await graph.send({ query: QUERY, variables: { period: periodOf(n) }, token: lead.token });
  },
  baseline: async (n) => {
    const { from, to } = periodOf(n);
    await readRows(analytics, FLOOR, [workspace, from, to]);
  },
});

const BOARDS = 10;

/** Repeats ten reports, like a dashboard. */
export const dashboard: WorkloadFactory = ({ graph, workspace, lead }, { analytics }) => ({
  name: 'report, one of ten again',
  target: 200,
  graph: async (n) => {
    await graph.send({
      query: QUERY,
      variables: { period: periodOf(n % BOARDS) },
      token: lead.token,
    });
  },
  baseline: async (n) => {
    const { from, to } = periodOf(n % BOARDS);
    await readRows(analytics, FLOOR, [workspace, from, to]);
  },
});
