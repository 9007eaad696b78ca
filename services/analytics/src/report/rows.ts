import { type Count, ROW_LIMIT, SOURCES, type Source, TIMES } from './count.ts';
import type { Question } from './input.ts';
import type { MeasureCell } from './report.ts';
import { MeasureUnit, TicketDimension, type TicketMeasure } from './enums.ts';

export interface Row {
  bucket: number;
  keys: (string | null)[];
  measures: MeasureCell[];
}

type Counts = Partial<Record<Source, Count>>;
interface Group {
  keys: (string | null)[];
  counts: Counts;
}

/** The rows of a report and its totals, of the counts of its sources. */
export function rowsOf(
  question: Question,
  counts: readonly Count[],
): { rows: Row[]; totals: MeasureCell[]; truncated: boolean } {
  const totals = cells(
    question,
    Object.fromEntries(counts.filter((each) => each.total).map((each) => [each.source, each])),
  );
  if (!question.by.length)
    return { rows: [{ bucket: 0, keys: [], measures: totals }], totals, truncated: false };
  const byBucket = Map.groupBy(
    counts.filter((each) => !each.total),
    (each) => each.bucket ?? 0,
  );
  const filled = question.by.length === 1 && question.by[0] === TicketDimension.TIME;
  const unsolved = new Map<string, Count>();
  const rows: Row[] = [];
  for (let bucket = 0; bucket < question.starts.length && rows.length <= ROW_LIMIT; bucket++) {
    const groups = groupsOf(byBucket.get(bucket) ?? [], unsolved);
    if (filled && !groups.length) groups.push({ keys: [], counts: {} });
    const found = groups.map(({ keys, counts: own }) => ({
      bucket,
      keys,
      measures: cells(question, own),
    }));
    rows.push(...found.toSorted(largestFirst));
  }
  return { rows: rows.slice(0, ROW_LIMIT), totals, truncated: rows.length > ROW_LIMIT };
}

/** The groups of one bucket; `unsolved` carries how many each has from bucket to bucket. */
function groupsOf(counts: readonly Count[], unsolved: Map<string, Count>): Group[] {
  const groups = new Map<string, Group>();
  const groupOf = (name: string, keys: (string | null)[]): Group => {
    let group = groups.get(name);
    if (!group) groups.set(name, (group = { keys, counts: {} }));
    return group;
  };
  for (const each of counts) {
    const name = JSON.stringify(each.keys);
    if (each.source !== 'UNSOLVED') groupOf(name, each.keys).counts[each.source] = each;
    else {
      const sum = each.count + (unsolved.get(name)?.count ?? 0);
      if (sum === 0) unsolved.delete(name);
      else unsolved.set(name, { ...each, count: sum });
    }
  }
  for (const [name, each] of unsolved) groupOf(name, each.keys).counts.UNSOLVED = each;
  return [...groups.values()];
}

const cells = ({ measures }: Question, counts: Counts): MeasureCell[] =>
  measures.map((measure) => cell(measure, counts[SOURCES[measure]]));

function cell(measure: TicketMeasure, counted: Count | undefined): MeasureCell {
  const sample = counted?.count ?? 0;
  if (!TIMES.includes(measure))
    return { measure, unit: MeasureUnit.COUNT, value: sample, p50: null, p90: null, sample };
  const { mean = null, p50 = null, p90 = null } = counted ?? {};
  return { measure, unit: MeasureUnit.SECONDS, value: mean, p50, p90, sample };
}

/** By the first measure; equal ones by their keys, so that the order is always the same. */
function largestFirst(a: Row, b: Row): number {
  const [left, right] = [a.measures[0]!.value ?? -1, b.measures[0]!.value ?? -1];
  if (left !== right) return right - left;
  const [mine, other] = [JSON.stringify(a.keys), JSON.stringify(b.keys)];
  return mine < other ? -1 : mine > other ? 1 : 0;
}
