import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../graph.ts';
import type { Expected } from './expect.ts';
import { LOG_TAG } from './enums.ts';

/** A figure computed from the file and the same figure from the report. */
export interface Line {
  what: string;
  log: string;
  report: string;
  equal: boolean;
}

interface Cell {
  value: number | null;
  p50: number | null;
  sample: number;
}
interface Rows {
  rows: { dimensions: { label: string }[]; measures: Cell[] }[];
}
interface Reports {
  all: { totals: Cell[] };
  byStatus: Rows;
  byDepartment: Rows;
}

/** Restricts reports to imported tickets in the period of the file. */
const REPORTS = `query ($filter: TicketFilter!, $period: PeriodInput!) {
  all: ticketReport(filter: $filter, by: [], measures: [CREATED, RESOLUTION_TIME], period: $period) {
    totals { value p50 sample }
  }
  byStatus: ticketReport(filter: $filter, by: [STATUS], measures: [CREATED], period: $period) {
    rows { dimensions { label } measures { value p50 sample } }
  }
  byDepartment: ticketReport(filter: $filter, by: [DEPARTMENT], measures: [CREATED], period: $period) {
    rows { dimensions { label } measures { value p50 sample } }
  }
}`;

/** Give up when the report has not grown for this long. */
const PATIENCE_MS = 60_000;
/** Wait this long for later changes once all tickets are counted. */
const STILL_MS = 5000;
const PAUSE_MS = 250;

/** Compares the figures of the file with those of the reports, once analytics has caught up. */
export async function compareReports(graph: Graph, expected: Expected): Promise<Line[]> {
  const { from, to, lastOpened } = expected;
  const filter = {
    tag: { all: [LOG_TAG] },
    createdAt: { gte: from, lt: new Date(lastOpened.getTime() + 1) },
  };
  let counted = '';
  for (let since = Date.now(); ; await sleep(PAUSE_MS)) {
    const reports = await graph.ask<Reports>(REPORTS, { filter, period: { from, to } });
    const lines = linesOf(expected, reports);
    const totals = JSON.stringify(reports.all.totals);
    if (counted !== totals) [counted, since] = [totals, Date.now()];
    const isThere = reports.all.totals[0]!.value! >= expected.tickets;
    if (
      lines.every(({ equal }) => equal) ||
      Date.now() - since > (isThere ? STILL_MS : PATIENCE_MS)
    )
      return lines;
  }
}

function linesOf(expected: Expected, { all, byStatus, byDepartment }: Reports): Line[] {
  const [created, solution] = all.totals as [Cell, Cell];
  return [
    lineOf('tickets', expected.tickets, created.value),
    ...sideBySide('status', expected.statuses, byStatus),
    ...sideBySide('department', expected.departments, byDepartment),
    lineOf('tickets with a solution', expected.solved, solution.sample),
    lineOf('median time to solution', expected.medianSeconds, solution.p50, formatDuration),
  ];
}

function sideBySide(what: string, log: ReadonlyMap<string, number>, { rows }: Rows): Line[] {
  const reported = new Map(
    rows.map(({ dimensions, measures }) => [dimensions[0]!.label, measures[0]!.value]),
  );
  const labels = new Set(
    [...log.entries()].toSorted(([, a], [, b]) => b - a).map(([label]) => label),
  );
  for (const label of reported.keys()) labels.add(label);
  return [...labels].map((label) =>
    lineOf(`${what} ${label}`, log.get(label) ?? 0, reported.get(label) ?? 0),
  );
}

const lineOf = (
  what: string,
  log: number | null,
  report: number | null,
  show = (value: number): string => String(value),
): Line => ({
  what,
  log: log === null ? '–' : show(log),
  report: report === null ? '–' : show(report),
  equal: log === report,
});

/** Seconds, and the same in days, hours and minutes. */
export function formatDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  const parts = [days && `${days} d`, hours && `${hours} h`, `${minutes % 60} min`].filter(Boolean);
  return `${seconds} s (${parts.join(' ')})`;
}
