import type { DateTimeFilter } from './sql-filter.ts';
import { durationToMs } from '../graphql/scalars.ts';

const DAY = 86_400_000;
const FIRST = '0001-01-01';
const LAST = '9999-12-32';

/** The days, as text from one until before another, whose begin in UTC the filter lets through; null when it says nothing of instants. */
export function daysInRange(
  { gte, lt, within, olderThan }: DateTimeFilter,
  now: Date,
): { from: string; until: string } | null {
  const from: number[] = [];
  const until: number[] = [];
  if (gte) from.push(gte.getTime());
  if (lt) until.push(lt.getTime());
  if (within) {
    from.push(now.getTime() - durationToMs(within)!);
    until.push(now.getTime() + durationToMs(within)! + 1);
  }
  if (olderThan) until.push(now.getTime() - durationToMs(olderThan)!);
  if (!from.length && !until.length) return null;
  return {
    from: from.length ? dayFrom(Math.max(...from)) : FIRST,
    until: until.length ? dayFrom(Math.min(...until)) : LAST,
  };
}

/** The first day that does not begin before an instant. */
function dayFrom(instant: number): string {
  const day = new Date(Math.ceil(instant / DAY) * DAY);
  if (Number.isNaN(day.getTime()) || day.getUTCFullYear() > 9999) return LAST;
  return day.getUTCFullYear() < 1 ? FIRST : day.toISOString().slice(0, 10);
}

/** When what `days` gives changes next, for each length of time in the filter. */
export function dayRangeChanges({ within, olderThan }: DateTimeFilter, now: Date): number[] {
  const shifts = [
    ...(within ? [-durationToMs(within)!, durationToMs(within)! + 1] : []),
    ...(olderThan ? [-durationToMs(olderThan)!] : []),
  ];
  return shifts.map(
    (shift) => (Math.floor((now.getTime() + shift - 1) / DAY) + 1) * DAY + 1 - shift,
  );
}
