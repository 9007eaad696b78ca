import { parse } from 'csv-parse/sync';
import { parseInstant } from './instant.ts';
import { INCIDENT_PRIORITIES, INCIDENT_STATUSES } from './enums.ts';

const COLUMNS = [
  'number',
  'incident_state',
  'caller_id',
  'opened_at',
  'sys_updated_at',
  'contact_type',
  'location',
  'category',
  'subcategory',
  'u_symptom',
  'impact',
  'urgency',
  'priority',
  'assignment_group',
  'assigned_to',
] as const;
type Column = (typeof COLUMNS)[number];

/** One row of the file: an update of an incident. */
export interface Row extends Record<Column, string> {
  /** The line number, from 1. */
  line: number;
}

export interface Refused {
  line: number;
  reason: string;
}

export interface Log {
  /** The number of rows, valid or not. */
  read: number;
  /** The valid rows by incident, ordered by time. */
  incidents: Map<string, Row[]>;
  refused: Refused[];
}

const UNKNOWN = '?';
export const knownValue = (value: string): string | null =>
  value === UNKNOWN || value === '' ? null : value;

/** Reads the file. Each line is parsed on its own, so that an invalid one affects no other. */
export function readIncidentLog(text: string, now = new Date()): Log {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = cells(head) ?? [];
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length)
    throw new Error(
      `This is not an incident log: the first line lacks the columns ${missing.join(', ')}.`,
    );
  const log: Log = { read: 0, incidents: new Map(), refused: [] };
  for (const [at, content] of lines.entries()) {
    if (content.trim() === '') continue;
    log.read += 1;
    const row = rowOf(content, at + 2, header, now);
    if (typeof row === 'string') log.refused.push({ line: at + 2, reason: row });
    else if (!log.incidents.get(row.number)?.push(row)) log.incidents.set(row.number, [row]);
  }
  for (const rows of log.incidents.values())
    rows.sort(
      (a, b) =>
        parseInstant(a.sys_updated_at)!.getTime() - parseInstant(b.sys_updated_at)!.getTime(),
    );
  return log;
}

/** The row, or the reason why it is invalid. */
function rowOf(content: string, line: number, header: readonly string[], now: Date): Row | string {
  const values = cells(content);
  if (!values) return 'a quotation mark is not closed';
  if (values.length !== header.length)
    return `${values.length} columns in place of ${header.length}`;
  const row = { line } as Row;
  for (const column of COLUMNS) row[column] = values[header.indexOf(column)]!;
  if (!knownValue(row.number)) return 'no incident number';
  if (row.number.length > 255) return 'the incident number is longer than 255 characters';
  for (const column of ['opened_at', 'sys_updated_at'] as const) {
    const instant = parseInstant(row[column]);
    if (!instant) return `${column} is not a time: ${shortened(row[column])}`;
    if (instant > now) return `${column} lies in the future: ${row[column]}`;
  }
  if (!Object.hasOwn(INCIDENT_STATUSES, row.incident_state))
    return `unknown incident_state: ${shortened(row.incident_state)}`;
  if (knownValue(row.priority) && !Object.hasOwn(INCIDENT_PRIORITIES, row.priority))
    return `unknown priority: ${shortened(row.priority)}`;
  const long = (['caller_id', 'assignment_group', 'assigned_to'] as const).find(
    (column) => row[column].length > 60,
  );
  return long ? `${long} is longer than 60 characters` : row;
}

function cells(line: string): string[] | undefined {
  try {
    return (parse(line, { relax_column_count: true, trim: true }) as string[][])[0];
  } catch {
    return undefined;
  }
}

const shortened = (value: string): string =>
  value.length > 40 ? `${value.slice(0, 40)}…` : value || 'empty';
