import { durationToMs } from '../graphql/scalars.ts';
import type { DateTimeFilter } from './filter-inputs.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = '0001-01-01';
/** Greater than every day, as text. */
const AFTER_LAST_DAY = '9999-12-32';

/**
 * The days (`YYYY-MM-DD`) whose start in UTC matches the filter: from `from`, before `until`. Null
 * when the filter restricts no instant.
 */
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
    from: from.length ? firstDayFrom(Math.max(...from)) : FIRST_DAY,
    until: until.length ? firstDayFrom(Math.min(...until)) : AFTER_LAST_DAY,
  };
}

/** The first day that does not start before a time. */
function firstDayFrom(time: number): string {
  const day = new Date(Math.ceil(time / DAY_MS) * DAY_MS);
  if (Number.isNaN(day.getTime()) || day.getUTCFullYear() > 9999) return AFTER_LAST_DAY;
  return day.getUTCFullYear() < 1 ? FIRST_DAY : day.toISOString().slice(0, 10);
}

/** The times after now at which `daysInRange` next returns other days, one per duration. */
export function dayRangeChanges({ within, olderThan }: DateTimeFilter, now: Date): number[] {
  const shifts = [
    ...(within ? [-durationToMs(within)!, durationToMs(within)! + 1] : []),
    ...(olderThan ? [-durationToMs(olderThan)!] : []),
  ];
  return shifts.map(
    (shift) => (Math.floor((now.getTime() + shift - 1) / DAY_MS) + 1) * DAY_MS + 1 - shift,
  );
}
