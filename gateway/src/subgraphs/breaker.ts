/** Keeps callers from waiting for something that is known not to answer. */
export interface Breaker {
  /** May this call be made? While open, one call in each probe interval may. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

export interface BreakerOptions {
  /** Failures, without a success between them, … */
  failures?: number;
  /** … in so many milliseconds open it. */
  windowMs?: number;
  probeMs?: number;
  now?: () => number;
}

export function createBreaker({
  failures = 5,
  windowMs = 10_000,
  probeMs = 5_000,
  now = () => performance.now(),
}: BreakerOptions = {}): Breaker {
  let recent: number[] = [];
  let nextProbe: number | undefined;
  return {
    allows() {
      if (nextProbe === undefined) return true;
      if (now() < nextProbe) return false;
      nextProbe = now() + probeMs;
      return true;
    },
    succeeded() {
      nextProbe = undefined;
      if (recent.length > 0) recent = [];
    },
    failed() {
      if (nextProbe !== undefined) return;
      const at = now();
      recent = [...recent.filter((earlier) => at - earlier < windowMs), at];
      if (recent.length < failures) return;
      recent = [];
      nextProbe = at + probeMs;
    },
  };
}
