import { type EntityManager, sql } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { BucketedQuery } from './input.ts';
import type { DimensionCell } from './report.ts';
import type { CountedRow } from './rows.ts';
import { TicketDimension } from './enums.ts';
import { bucketName } from './time-buckets.ts';

const ENUM_LABELS: Record<string, string> = {
  NEW: 'New',
  OPEN: 'Open',
  PENDING: 'Pending',
  ON_HOLD: 'On hold',
  SOLVED: 'Solved',
  CLOSED: 'Closed',
  LOW: 'Low',
  NORMAL: 'Normal',
  HIGH: 'High',
  URGENT: 'Urgent',
  EMAIL: 'E-mail',
  CHAT: 'Chat',
  CALL: 'Call',
  FACEBOOK: 'Facebook',
  TWITTER: 'Twitter/X',
  WEB_FORM: 'Web form',
  PORTAL: 'Portal',
  KNOWLEDGE_BASE: 'Knowledge base',
  API: 'API',
};

interface NameChange {
  since: number;
  name: string;
}
/** The names of departments and agents over time, oldest first. */
type NameHistory = Map<string, NameChange[]>;

/** The dimension cells of each row. Names are loaded with one statement, and only for departments and agents. */
export async function labelRows(
  em: EntityManager,
  query: BucketedQuery,
  rows: readonly CountedRow[],
): Promise<DimensionCell[][]> {
  const others = query.by.filter((dimension) => dimension !== TicketDimension.TIME);
  const named = others.flatMap((dimension, index) =>
    dimension === TicketDimension.AGENT || dimension === TicketDimension.DEPARTMENT ? [index] : [],
  );
  const names = named.length
    ? await selectNames(em, new Set(rows.flatMap((row) => named.map((index) => row.keys[index]!))))
    : new Map();
  const times = query.starts.map((start) => timeCell(query, start));
  return rows.map((row) => {
    const end = query.starts[row.bucket + 1] ?? query.to.getTime();
    return query.by.map((dimension) =>
      dimension === TicketDimension.TIME
        ? times[row.bucket]!
        : dimensionCell(dimension, row.keys[others.indexOf(dimension)]!, names, end),
    );
  });
}

async function selectNames(em: EntityManager, ids: Set<string | null>): Promise<NameHistory> {
  ids.delete(null);
  const { rows } = await sql<{ id: string; since: Date | string; name: string }>`
    select thing_id as id, since, name from known_name where thing_id = any(${[...ids]}::uuid[]) order by thing_id, position
  `.execute(em.getKysely());
  return Map.groupBy(
    rows.map(({ id, since, name }) => ({ id, since: new Date(since).getTime(), name })),
    (row) => row.id,
  );
}

const EMPTY = { key: null, start: null, agent: null, department: null };

function timeCell({ granularity, zone }: BucketedQuery, start: number): DimensionCell {
  const startAt = new Date(start);
  return {
    ...EMPTY,
    dimension: TicketDimension.TIME,
    key: startAt.toISOString(),
    label: bucketName(granularity, zone, start),
    start: startAt,
  };
}

function dimensionCell(
  dimension: TicketDimension,
  key: string | null,
  names: NameHistory,
  end: number,
): DimensionCell {
  if (dimension === TicketDimension.AGENT) {
    const id = key && toId('agt', key);
    return {
      ...EMPTY,
      dimension,
      key: id,
      label: key ? (nameAt(names, key, end) ?? id!) : 'No agent',
      agent: id ? { id } : null,
    };
  }
  if (dimension === TicketDimension.DEPARTMENT) {
    const id = key && toId('dep', key);
    return {
      ...EMPTY,
      dimension,
      key: id,
      label: key ? (nameAt(names, key, end) ?? id!) : 'No department',
      department: id ? { id } : null,
    };
  }
  return { ...EMPTY, dimension, key, label: ENUM_LABELS[key!] ?? key! };
}

/** The last name before an instant, or the first name when all are later. */
function nameAt(names: NameHistory, key: string, end: number): string | undefined {
  const history = names.get(key);
  return (history?.findLast(({ since }) => since < end) ?? history?.[0])?.name;
}
