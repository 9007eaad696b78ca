const DAY_FIRST = /^(\d{2})-(\d{2})-(\d{4}) (\d{2}):(\d{2})(?::(\d{2}))?$/;

/** Parses `29-02-2016 01:16` as UTC. Undefined for an invalid date or time. */
export function parseInstant(text: string): Date | undefined {
  const [day, month, year, hour, minute, second] =
    DAY_FIRST.exec(text)
      ?.slice(1)
      .map((part) => Number(part ?? 0)) ?? [];
  if (year === undefined) return undefined;
  const instant = new Date(Date.UTC(year, month! - 1, day, hour, minute, second));
  const same =
    instant.getUTCDate() === day &&
    instant.getUTCMonth() === month! - 1 &&
    instant.getUTCHours() === hour;
  return same && minute! < 60 && second! < 60 ? instant : undefined;
}
