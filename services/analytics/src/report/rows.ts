import {
  type MeasureCount,
  MAX_ROWS,
  SOURCE_OF_MEASURE,
  type MeasureSource,
  DURATION_MEASURES,
} from './count.ts';
import type { BucketedQuery } from './input.ts';
import type { MeasureCell } from './report.ts';
import { MeasureUnit, TicketDimension, type TicketMeasure } from './enums.ts';

export interface CountedRow {
  bucket: number;
  keys: (string | null)[];
  measures: MeasureCell[];
}

type Counts = Partial<Record<MeasureSource, MeasureCount>>;
interface RowGroup {
  keys: (string | null)[];
  counts: Counts;
}

/** Builds the rows and totals of a report from the counts of its sources. */
export function buildRows(
  query: BucketedQuery,
  counts: readonly MeasureCount[],
): { rows: CountedRow[]; totals: MeasureCell[]; truncated: boolean } {
  const totals = measureCells(
    query,
    Object.fromEntries(counts.filter((each) => each.total).map((each) => [each.source, each])),
  );
  if (!query.by.length)
    return { rows: [{ bucket: 0, keys: [], measures: totals }], totals, truncated: false };
  const byBucket = Map.groupBy(
    counts.filter((each) => !each.total),
    (each) => each.bucket ?? 0,
  );
  const filled = query.by.length === 1 && query.by[0] === TicketDimension.TIME;
  const unsolved = new Map<string, MeasureCount>();
  const rows: CountedRow[] = [];
  for (let bucket = 0; bucket < query.starts.length && rows.length <= MAX_ROWS; bucket++) {
    const groups = groupsOfBucket(byBucket.get(bucket) ?? [], unsolved);
    if (filled && !groups.length) groups.push({ keys: [], counts: {} });
    const found = groups.map(({ keys, counts: own }) => ({
      bucket,
      keys,
      measures: measureCells(query, own),
    }));
    rows.push(...found.toSorted(largestFirst));
  }
  return { rows: rows.slice(0, MAX_ROWS), totals, truncated: rows.length > MAX_ROWS };
}

/** The groups of one bucket. `unsolved` carries the running backlog of each group from bucket to bucket. */
function groupsOfBucket(
  counts: readonly MeasureCount[],
  unsolved: Map<string, MeasureCount>,
): RowGroup[] {
  const groups = new Map<string, RowGroup>();
  const groupOf = (name: string, keys: (string | null)[]): RowGroup => {
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

const measureCells = ({ measures }: BucketedQuery, counts: Counts): MeasureCell[] =>
  measures.map((measure) => measureCell(measure, counts[SOURCE_OF_MEASURE[measure]]));

function measureCell(measure: TicketMeasure, counted: MeasureCount | undefined): MeasureCell {
  const sample = counted?.count ?? 0;
  if (!DURATION_MEASURES.includes(measure))
    return { measure, unit: MeasureUnit.COUNT, value: sample, p50: null, p90: null, sample };
  const { mean = null, p50 = null, p90 = null } = counted ?? {};
  return { measure, unit: MeasureUnit.SECONDS, value: mean, p50, p90, sample };
}

/** Orders by the first measure, then by keys, so that the order is deterministic. */
function largestFirst(a: CountedRow, b: CountedRow): number {
  const [left, right] = [a.measures[0]!.value ?? -1, b.measures[0]!.value ?? -1];
  if (left !== right) return right - left;
  const [mine, other] = [JSON.stringify(a.keys), JSON.stringify(b.keys)];
  return mine < other ? -1 : mine > other ? 1 : 0;
}
