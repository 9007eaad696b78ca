import { read } from '../sql-baseline.ts';
import type { RowOf } from '../row.ts';

const QUERY = `query ($period: PeriodInput!) {
  ticketReport(by: [TIME, STATUS], measures: [CREATED], period: $period) { rows { dimensions { key label } measures { value } } }
}`;

const DAY_MS = 86_400_000;
const MINUTES = 24 * 60;
const ZERO = Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** 90 days that end within the last day; the `n`th ends at a minute of its own. */
const periodOf = (n: number): { from: Date; to: Date } => {
  const to =
    ZERO + DAY_MS - ((n * 7919) % MINUTES) * 60_000 - (Math.floor(n / MINUTES) % 60) * 1000;
  return { from: new Date(to - 90 * DAY_MS), to: new Date(to) };
};

const FLOOR = `select date_trunc('day', created_at) as day, status, count(*)::integer as created from ticket
  where workspace_id = $1 and created_at >= $2 and created_at < $3 group by 1, 2 order by 1, 2`;

/** Each request asks for another period, so that nothing is remembered. */
export const report: RowOf = ({ graph, workspace, lead }, { analytics }) => ({
  name: 'report day × status',
  aim: 200,
  graph: async (n) => {
    await graph.ask({ query: QUERY, variables: { period: periodOf(n) }, token: lead.token });
  },
  floor: async (n) => {
    const { from, to } = periodOf(n);
    await read(analytics, FLOOR, [workspace, from, to]);
  },
});

const BOARDS = 10;

/** What a wall of dashboards does: ten questions again and again. */
export const dashboard: RowOf = ({ graph, workspace, lead }, { analytics }) => ({
  name: 'report, one of ten again',
  aim: 200,
  graph: async (n) => {
    await graph.ask({
      query: QUERY,
      variables: { period: periodOf(n % BOARDS) },
      token: lead.token,
    });
  },
  floor: async (n) => {
    const { from, to } = periodOf(n % BOARDS);
    await read(analytics, FLOOR, [workspace, from, to]);
  },
});
