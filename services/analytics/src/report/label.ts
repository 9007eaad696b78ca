import { type EntityManager, sql } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Question } from './input.ts';
import type { DimensionCell } from './report.ts';
import type { Row } from './rows.ts';
import { TicketDimension } from './enums.ts';
import { bucketName } from './time-buckets.ts';

const WORDS: Record<string, string> = {
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

interface Name {
  since: number;
  name: string;
}
/** Names of departments and agents, oldest first. */
type Names = Map<string, Name[]>;

/** The dimension cells of each row. Names are read with one statement, and only where a department or agent is shown. */
export async function labelled(
  em: EntityManager,
  question: Question,
  rows: readonly Row[],
): Promise<DimensionCell[][]> {
  const others = question.by.filter((dimension) => dimension !== TicketDimension.TIME);
  const named = others.flatMap((dimension, at) =>
    dimension === TicketDimension.AGENT || dimension === TicketDimension.DEPARTMENT ? [at] : [],
  );
  const names = named.length
    ? await namesOf(em, new Set(rows.flatMap((row) => named.map((at) => row.keys[at]!))))
    : new Map();
  const times = question.starts.map((start) => timeCell(question, start));
  return rows.map((row) => {
    const end = question.starts[row.bucket + 1] ?? question.to.getTime();
    return question.by.map((dimension) =>
      dimension === TicketDimension.TIME
        ? times[row.bucket]!
        : cell(dimension, row.keys[others.indexOf(dimension)]!, names, end),
    );
  });
}

async function namesOf(em: EntityManager, ids: Set<string | null>): Promise<Names> {
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

function timeCell({ granularity, zone }: Question, start: number): DimensionCell {
  const at = new Date(start);
  return {
    ...EMPTY,
    dimension: TicketDimension.TIME,
    key: at.toISOString(),
    label: bucketName(granularity, zone, start),
    start: at,
  };
}

function cell(
  dimension: TicketDimension,
  key: string | null,
  names: Names,
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
  return { ...EMPTY, dimension, key, label: WORDS[key!] ?? key! };
}

/** The last name given before the instant; the first one ever for things that were named later only. */
function nameAt(names: Names, key: string, end: number): string | undefined {
  const known = names.get(key);
  return (known?.findLast(({ since }) => since < end) ?? known?.[0])?.name;
}
