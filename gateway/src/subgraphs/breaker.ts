/** A circuit breaker: fails fast while a service is unavailable. */
export interface Breaker {
  /** May a request be sent? While the breaker is open, one request per probe interval may. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

export interface BreakerOptions {
  /** Failures within the window, without a success in between, that open the breaker. */
  failures?: number;
  windowMs?: number;
  /** Time between two requests while the breaker is open. */
  probeMs?: number;
  now?: () => number;
}

export function createBreaker({
  failures = 5,
  windowMs = 10_000,
  probeMs = 5_000,
  now = () => performance.now(),
}: BreakerOptions = {}): Breaker {
  let failedAt: number[] = [];
  /** Undefined while the breaker is closed. */
  let nextProbeAt: number | undefined;
  return {
    allows() {
      if (nextProbeAt === undefined) return true;
      if (now() < nextProbeAt) return false;
      nextProbeAt = now() + probeMs;
      return true;
    },
    succeeded() {
      nextProbeAt = undefined;
      if (failedAt.length > 0) failedAt = [];
    },
    failed() {
      if (nextProbeAt !== undefined) return;
      const current = now();
      failedAt = [...failedAt.filter((earlier) => current - earlier < windowMs), current];
      if (failedAt.length < failures) return;
      failedAt = [];
      nextProbeAt = current + probeMs;
    },
  };
}
