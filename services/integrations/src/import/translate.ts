import { parseInstant } from './instant.ts';
import { type Row, knownValue } from './read.ts';
import { INCIDENT_CHANNELS, LOG_TAG, INCIDENT_PRIORITIES, INCIDENT_STATUSES } from './enums.ts';

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

/** The ids of the people and departments in the file. */
export interface Names {
  department(group: string): string;
  agent(assignee: string): string;
  customer(caller: string): string;
}

/** The number of rows that are imported with a change. */
export interface Adjusted {
  /** Rows older than the creation of their incident; imported with the time of creation. */
  beforeOpening: number;
  /** States after Closed: the ticket stays CLOSED. */
  afterClosed: number;
  /** Back to New: the ticket is OPEN. */
  newAgain: number;
}

/** The requester of incidents without a caller. */
export const UNKNOWN_CALLER = 'Unknown caller';
export const callerName = (row: Row): string => knownValue(row.caller_id) ?? UNKNOWN_CALLER;

/** The ticket fields that a row sets. */
interface State {
  status: string;
  priority: string;
  departmentId: string | null;
  assigneeId: string | null;
  matter: string;
}

/**
 * Translates an incident to a ticket with its history. The first row has the state at creation,
 * except for a solution, which took effect with the row: such a ticket was OPEN before. A status is
 * valid from the time of its row. `resolved_at` and `closed_at` hold the last instants only and are
 * ignored. Rows are ordered by time.
 */
export function translateIncident(rows: readonly Row[], names: Names, adjusted: Adjusted): Ticket {
  const [first] = rows as [Row];
  const opened = parseInstant(first.opened_at)!;
  const start = stateOf(first, names);
  const given = start.status;
  if (isSolved(given)) start.status = 'OPEN';
  // A ticket with an assignee is OPEN; a NEW one is assigned in a later change.
  const assigneeId = start.status === 'NEW' ? null : start.assigneeId;
  const history: Change[] = [];
  let before: State = { ...start, assigneeId };
  for (const row of rows) {
    const updated = parseInstant(row.sys_updated_at)!;
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
    requester: { customerId: names.customer(callerName(first)) },
    channel: INCIDENT_CHANNELS[first.contact_type] ?? 'API',
    priority: start.priority,
    departmentId: start.departmentId,
    ...(assigneeId && { assigneeId }),
    status: start.status,
    tags: [
      LOG_TAG,
      ...(knownValue(rows.at(-1)!.category)
        ? [rows.at(-1)!.category.toLowerCase().slice(0, 50)]
        : []),
    ],
    createdAt: opened.toISOString(),
    history,
  };
}

const isSolved = (status: string): boolean => status === 'SOLVED' || status === 'CLOSED';

const stateOf = (row: Row, names: Names): State => ({
  status: INCIDENT_STATUSES[row.incident_state]!,
  priority: INCIDENT_PRIORITIES[row.priority] ?? 'NORMAL',
  departmentId: knownValue(row.assignment_group) && names.department(row.assignment_group),
  assigneeId: knownValue(row.assigned_to) && names.agent(row.assigned_to),
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
  values.map(knownValue).filter((value) => value !== null);

const matterOf = (row: Row): string =>
  namesOf(row.category, row.subcategory, row.u_symptom).join(', ') || 'a matter that was not named';

function subjectOf(row: Row): string {
  const what = knownValue(row.category) ?? knownValue(row.subcategory);
  const which =
    knownValue(row.u_symptom) ?? (knownValue(row.category) && knownValue(row.subcategory));
  return (namesOf(what ?? '', which ?? '').join(': ') || `Incident ${row.number}`).slice(0, 255);
}

function bodyOf(row: Row): string {
  const how = knownValue(row.contact_type) ? ` by ${row.contact_type.toLowerCase()}` : '';
  const where = knownValue(row.location) ? ` from ${row.location}` : '';
  const degrees = [
    ['impact', row.impact],
    ['urgency', row.urgency],
  ].flatMap(([name, value]) =>
    knownValue(value!) ? [`${name} ${value!.replace(/^\d+ - /, '').toLowerCase()}`] : [],
  );
  const stands = degrees.length ? ` Reported with ${degrees.join(' and ')}.` : '';
  return `${callerName(row)} got in touch${how}${where} about ${matterOf(row)}.${stands} Incident ${row.number} of the log.`;
}
