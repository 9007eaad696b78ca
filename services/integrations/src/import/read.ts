import { parse } from 'csv-parse/sync';
import { instantOf } from './instant.ts';
import { PRIORITIES, STATUSES } from './enums.ts';

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

/** One update of an incident, in the words of the log. */
export interface Row extends Record<Column, string> {
  /** In the file, from 1. */
  line: number;
}

export interface Refused {
  line: number;
  reason: string;
}

export interface Log {
  /** Rows that were read, good or not. */
  read: number;
  /** The good ones by incident, each incident's in the order of time. */
  incidents: Map<string, Row[]>;
  refused: Refused[];
}

const UNKNOWN = '?';
export const known = (value: string): string | null =>
  value === UNKNOWN || value === '' ? null : value;

/** Reads the log. Each line is a row by itself, so that a broken one takes no other along. */
export function read(text: string, now = new Date()): Log {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = cells(head) ?? [];
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length)
    throw new Error(`This is no incident log: its first line has no column ${missing.join(', ')}.`);
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
      (a, b) => instantOf(a.sys_updated_at)!.getTime() - instantOf(b.sys_updated_at)!.getTime(),
    );
  return log;
}

/** The row, or why it is none. */
function rowOf(content: string, line: number, header: readonly string[], now: Date): Row | string {
  const values = cells(content);
  if (!values) return 'a quotation mark is not closed';
  if (values.length !== header.length)
    return `${values.length} columns in place of ${header.length}`;
  const row = { line } as Row;
  for (const column of COLUMNS) row[column] = values[header.indexOf(column)]!;
  if (!known(row.number)) return 'no incident number';
  if (row.number.length > 255) return 'the incident number is longer than 255 characters';
  for (const column of ['opened_at', 'sys_updated_at'] as const) {
    const instant = instantOf(row[column]);
    if (!instant) return `${column} is not a time: ${shortened(row[column])}`;
    if (instant > now) return `${column} lies in the future: ${row[column]}`;
  }
  if (!Object.hasOwn(STATUSES, row.incident_state))
    return `unknown incident_state: ${shortened(row.incident_state)}`;
  if (known(row.priority) && !Object.hasOwn(PRIORITIES, row.priority))
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
