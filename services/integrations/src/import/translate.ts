import { instantOf } from './instant.ts';
import { type Row, known } from './read.ts';
import { CHANNELS, LOG_TAG, PRIORITIES, STATUSES } from './enums.ts';

export interface Change {
  at: string;
  status?: string;
  priority?: string;
  departmentId?: string | null;
  assigneeId?: string | null;
  body?: string;
  visibility?: string;
}

/** Input of ticketImport. */
export interface Ticket {
  externalId: string;
  subject: string;
  body: string;
  requester: { customerId: string };
  channel: string;
  priority: string;
  departmentId: string | null;
  assigneeId?: string;
  status: string;
  tags: string[];
  createdAt: string;
  history: Change[];
}

/** Ids of those whom the log names. */
export interface Names {
  department(group: string): string;
  agent(assignee: string): string;
  customer(caller: string): string;
}

/** What the desk can't take over as the log has it, in rows. */
export interface Adjusted {
  /** Older than the opening of their incident, and taken as of that instant. */
  beforeOpening: number;
  /** A state after Closed: the ticket stays CLOSED. */
  afterClosed: number;
  /** New once more: the ticket is OPEN. */
  newAgain: number;
}

/** Whoever called without a name. */
export const NAMELESS = 'Unknown caller';
export const callerOf = (row: Row): string => known(row.caller_id) ?? NAMELESS;

/** What changes with a row, in the words of the desk. */
interface State {
  status: string;
  priority: string;
  departmentId: string | null;
  assigneeId: string | null;
  matter: string;
}

/**
 * The incident as a ticket with its history. The first row says where it stood when it was opened, but for a solution: that came with the row,
 * so such a ticket was OPEN until then. A status holds from the time of the row that brought it; `resolved_at` and `closed_at` are the last
 * ones only, so they are left aside. Rows are in the order of time.
 */
export function translate(rows: readonly Row[], names: Names, adjusted: Adjusted): Ticket {
  const [first] = rows as [Row];
  const opened = instantOf(first.opened_at)!;
  const start = stateOf(first, names);
  const given = start.status;
  if (isSolved(given)) start.status = 'OPEN';
  // The API opens a ticket that has an assignee; one that stays NEW gets him a moment later.
  const assigneeId = start.status === 'NEW' ? null : start.assigneeId;
  const history: Change[] = [];
  let before: State = { ...start, assigneeId };
  for (const row of rows) {
    const updated = instantOf(row.sys_updated_at)!;
    if (updated < opened) adjusted.beforeOpening += 1;
    const after = { ...stateOf(row, names) };
    after.status = statusAfter(before.status, after.status, adjusted);
    const change = changeOf(before, after);
    if (change)
      history.push({ at: (updated < opened ? opened : updated).toISOString(), ...change });
    before = after;
  }
  return {
    externalId: first.number,
    subject: subjectOf(first),
    body: bodyOf(first),
    requester: { customerId: names.customer(callerOf(first)) },
    channel: CHANNELS[first.contact_type] ?? 'API',
    priority: start.priority,
    departmentId: start.departmentId,
    ...(assigneeId && { assigneeId }),
    status: start.status,
    tags: [
      LOG_TAG,
      ...(known(rows.at(-1)!.category) ? [rows.at(-1)!.category.toLowerCase().slice(0, 50)] : []),
    ],
    createdAt: opened.toISOString(),
    history,
  };
}

const isSolved = (status: string): boolean => status === 'SOLVED' || status === 'CLOSED';

const stateOf = (row: Row, names: Names): State => ({
  status: STATUSES[row.incident_state]!,
  priority: PRIORITIES[row.priority] ?? 'NORMAL',
  departmentId: known(row.assignment_group) && names.department(row.assignment_group),
  assigneeId: known(row.assigned_to) && names.agent(row.assigned_to),
  matter: matterOf(row),
});

function statusAfter(before: string, wanted: string, adjusted: Adjusted): string {
  if (before === 'CLOSED' && wanted !== 'CLOSED') {
    adjusted.afterClosed += 1;
    return 'CLOSED';
  }
  if (wanted !== 'NEW' || before === 'NEW') return wanted;
  adjusted.newAgain += 1;
  return 'OPEN';
}

function changeOf(before: State, after: State): Omit<Change, 'at'> | undefined {
  const change: Omit<Change, 'at'> = {};
  if (before.priority !== after.priority) change.priority = after.priority;
  if (before.departmentId !== after.departmentId) change.departmentId = after.departmentId;
  if (before.assigneeId !== after.assigneeId) change.assigneeId = after.assigneeId;
  if (before.status !== after.status) change.status = after.status;
  if (before.matter !== after.matter)
    Object.assign(change, { body: `Now: ${after.matter}.`, visibility: 'PRIVATE' });
  return Object.keys(change).length ? change : undefined;
}

const namesOf = (...values: string[]): string[] =>
  values.map(known).filter((value) => value !== null);

const matterOf = (row: Row): string =>
  namesOf(row.category, row.subcategory, row.u_symptom).join(', ') || 'a matter that was not named';

function subjectOf(row: Row): string {
  const what = known(row.category) ?? known(row.subcategory);
  const which = known(row.u_symptom) ?? (known(row.category) && known(row.subcategory));
  return (namesOf(what ?? '', which ?? '').join(': ') || `Incident ${row.number}`).slice(0, 255);
}

function bodyOf(row: Row): string {
  const how = known(row.contact_type) ? ` by ${row.contact_type.toLowerCase()}` : '';
  const where = known(row.location) ? ` from ${row.location}` : '';
  const degrees = [
    ['impact', row.impact],
    ['urgency', row.urgency],
  ].flatMap(([name, value]) =>
    known(value!) ? [`${name} ${value!.replace(/^\d+ - /, '').toLowerCase()}`] : [],
  );
  const stands = degrees.length ? ` Reported with ${degrees.join(' and ')}.` : '';
  return `${callerOf(row)} got in touch${how}${where} about ${matterOf(row)}.${stands} Incident ${row.number} of the log.`;
}
