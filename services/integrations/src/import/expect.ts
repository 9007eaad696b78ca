import type { Row } from './read.ts';

/** The expected figures of the reports, computed from the rows without the translation code. */
export interface Expected {
  tickets: number;
  /** By the label of the status. */
  statuses: Map<string, number>;
  /** By the group that the first row names. */
  departments: Map<string, number>;
  solved: number;
  /** Seconds from creation to the last solution, of solved tickets. */
  medianSeconds: number | null;
  from: Date;
  to: Date;
  lastOpened: Date;
}

export function expectedFigures(incidents: Iterable<readonly Row[]>): Expected {
  const statuses = new Map<string, number>();
  const departments = new Map<string, number>();
  const durations: number[] = [];
  const openings: number[] = [];
  let last = 0;
  let tickets = 0;
  for (const rows of incidents) {
    const [first] = rows as [Row];
    const opening = minuteOf(first.opened_at);
    const { label, solvedAt } = endOf(rows, opening);
    tickets += 1;
    add(statuses, label);
    add(
      departments,
      first.assignment_group === '?' || first.assignment_group === ''
        ? 'No department'
        : first.assignment_group,
    );
    if (solvedAt !== null) durations.push(Math.round((solvedAt - opening) * 60));
    openings.push(opening);
    last = Math.max(last, opening, solvedAt ?? 0);
  }
  const [firstOpened, lastOpened] = openings.reduce(
    ([low, high], each) => [Math.min(low, each), Math.max(high, each)],
    [Infinity, 0],
  );
  return {
    tickets,
    statuses,
    departments,
    solved: durations.length,
    medianSeconds: median(durations),
    from: new Date(tickets ? firstOpened * 60_000 : 0),
    to: new Date((last + 1) * 60_000),
    lastOpened: new Date(lastOpened * 60_000),
  };
}

/** The final state of an incident and the instant of its solution. Closed is final, and no state returns to New. */
function endOf(rows: readonly Row[], opening: number): { label: string; solvedAt: number | null } {
  let label = '';
  let solvedAt: number | null = null;
  for (const { incident_state: state, sys_updated_at: updated } of rows) {
    if (label === 'Closed') break;
    if (state === 'Resolved' || state === 'Closed') {
      solvedAt ??= Math.max(opening, minuteOf(updated));
      label = state === 'Closed' ? 'Closed' : 'Solved';
      continue;
    }
    solvedAt = null;
    if (state.startsWith('Awaiting'))
      label = state === 'Awaiting User Info' ? 'Pending' : 'On hold';
    else label = state === 'New' && (label === '' || label === 'New') ? 'New' : 'Open';
  }
  return { label, solvedAt };
}

/** Minutes since 1970 of `29-02-2016 01:16`, with the seconds as a fraction. */
function minuteOf(text: string): number {
  const [date, time] = text.split(' ') as [string, string];
  return Date.parse(`${date.split('-').toReversed().join('-')}T${time.padEnd(8, ':00')}Z`) / 60_000;
}

const add = (counts: Map<string, number>, name: string): unknown =>
  counts.set(name, (counts.get(name) ?? 0) + 1);

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (!sorted.length) return null;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
