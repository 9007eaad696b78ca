import { Granularity } from './enums.ts';

/**
 * The clock of a time zone. A wall time is what the clock shows, as the milliseconds that UTC would have with that reading. All zone
 * arithmetic is done here, so that one copy of the zones' rules is used.
 */
const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    if (clocks.size >= 100) clocks.clear();
    const parts = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      ...parts,
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** `11/21/2026, 23:45:10` */
const READING = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

export function wallOf(zone: string, at: number): number {
  if (zone === 'UTC') return at;
  const [, month, day, year, hour, minute, second] = READING.exec(clockOf(zone).format(at))!.map(
    Number,
  ) as number[];
  return Date.UTC(year!, month! - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}

/** The first instant with this wall time. For a wall time that is skipped when clocks go forward, the instant of the change. */
function instantOf(zone: string, wall: number): number {
  if (zone === 'UTC') return wall;
  const offset = (at: number): number => wallOf(zone, at) - at;
  const before = wall - offset(wall - DAY);
  if (wallOf(zone, before) === wall) return before;
  const after = wall - offset(wall + DAY);
  return wallOf(zone, after) === wall ? after : before;
}

const floorTo = (value: number, size: number): number => value - (((value % size) + size) % size);
/** 1970-01-01 was a Thursday. Weeks start on Monday. */
const MONDAY = 4 * DAY;

const monthsOf: Partial<Record<Granularity, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** The wall time at which the bucket of a wall time starts, or the bucket `more` buckets later. */
function bucketWall(granularity: Granularity, wall: number, more = 0): number {
  const months = monthsOf[granularity];
  if (months) {
    const at = new Date(wall);
    return Date.UTC(at.getUTCFullYear(), floorTo(at.getUTCMonth(), months) + more * months);
  }
  if (granularity === Granularity.WEEK)
    return floorTo(wall - MONDAY, 7 * DAY) + MONDAY + more * 7 * DAY;
  return floorTo(wall, DAY) + more * DAY;
}

/** The starts of the buckets that overlap the period [from, to). Undefined when there are more than `most`. */
export function bucketStarts(
  granularity: Granularity,
  zone: string,
  from: number,
  to: number,
  most: number,
): number[] | undefined {
  const next =
    granularity === Granularity.HOUR ? hourly(zone, from) : calendar(granularity, zone, from);
  const starts: number[] = [];
  for (let start = next(); start < to; start = next()) {
    if (starts.length >= most) return undefined;
    if (start > (starts.at(-1) ?? Number.NEGATIVE_INFINITY)) starts.push(start);
  }
  return starts;
}

function calendar(granularity: Granularity, zone: string, from: number): () => number {
  const first = bucketWall(granularity, wallOf(zone, from));
  let more = 0;
  return () => instantOf(zone, bucketWall(granularity, first, more++));
}

/** Hours are cut by instants, so that an hour that is repeated when clocks go back has two buckets. */
function hourly(zone: string, from: number): () => number {
  const intoHour = (at: number): number => wallOf(zone, at) - floorTo(wallOf(zone, at), HOUR);
  let start = from - intoHour(from);
  return () => {
    const current = start;
    start = current + HOUR - intoHour(current);
    return current;
  };
}

/** The last whole days, including today. */
export function lastDays(days: number, zone: string, now: number): { from: Date; to: Date } {
  const today = bucketWall(Granularity.DAY, wallOf(zone, now));
  return {
    from: new Date(instantOf(zone, today - (days - 1) * DAY)),
    to: new Date(instantOf(zone, today + DAY)),
  };
}

/** The display name of the bucket that starts at an instant. */
export function bucketName(granularity: Granularity, zone: string, start: number): string {
  const wall = wallOf(zone, start);
  const text = new Date(wall).toISOString();
  const year = text.slice(0, 4);
  if (granularity === Granularity.YEAR) return year;
  if (granularity === Granularity.QUARTER)
    return `${year}-Q${Math.floor(new Date(wall).getUTCMonth() / 3) + 1}`;
  if (granularity === Granularity.MONTH) return text.slice(0, 7);
  if (granularity === Granularity.WEEK) return weekName(wall);
  return granularity === Granularity.DAY ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}

/** A week belongs to the year of its Thursday (ISO 8601). */
function weekName(wall: number): string {
  const thursday = new Date(bucketWall(Granularity.WEEK, wall) + 3 * DAY);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
