import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { TicketReport } from './report.ts';

/** How long a revision that was read counts as current. This process invalidates it at once for events that it applies itself. */
const REVISION_TTL_MS = 200;
/** Cells of all cached reports together, about 100 bytes each. */
const MAX_CACHED_CELLS = 400_000;
const MAX_CACHED_REVISIONS = 10_000;

/**
 * Caches reports by revision and query. A report depends on the events that have been applied and
 * on the query only. The revision changes with every applied event, so equal queries between two
 * events have one result, and concurrent ones wait for the same computation.
 */
export class ReportCache {
  readonly #reports = new LRUCache<string, TicketReport>({
    maxSize: MAX_CACHED_CELLS,
    sizeCalculation: cellCount,
  });
  readonly #running = new Map<string, Promise<TicketReport>>();
  readonly #revisions = new LRUCache<string, Promise<number>>({
    max: MAX_CACHED_REVISIONS,
    ttl: REVISION_TTL_MS,
    ttlResolution: 0,
  });

  invalidate(workspace: string): void {
    this.#revisions.delete(workspace);
  }

  revision(workspace: string, read: () => Promise<number>): Promise<number> {
    const cached = this.#revisions.get(workspace);
    if (cached) return cached;
    const revision = read();
    this.#revisions.set(workspace, revision);
    revision.catch(() => {
      if (this.#revisions.peek(workspace) === revision) this.#revisions.delete(workspace);
    });
    return revision;
  }

  /** The report of a query at a revision. `compute` also returns the revision that it has read, under which its report is cached. */
  async report(
    query: string,
    revision: number,
    compute: () => Promise<{ revision: number; report: TicketReport }>,
  ): Promise<TicketReport> {
    const digest = createHash('sha256').update(query).digest('base64');
    const key = `${revision} ${digest}`;
    const running = this.#reports.get(key) ?? this.#running.get(key);
    if (running) return running;
    const work = compute().then(({ revision: computedAt, report }) => {
      // Without events the report's `asOf` is the current time, so it is not cached.
      if (computedAt > 0) this.#reports.set(`${computedAt} ${digest}`, report);
      return report;
    });
    this.#running.set(key, work);
    try {
      return await work;
    } finally {
      this.#running.delete(key);
    }
  }
}

/** At least 1, as the cache requires. */
function cellCount({ rows, totals }: TicketReport): number {
  const cellsPerRow = (rows[0]?.dimensions.length ?? 0) + totals.length;
  return 1 + totals.length + rows.length * cellsPerRow;
}

const caches = new WeakMap<object, ReportCache>();

/** The cache of this process for one database. */
export function reportCacheOf(orm: object): ReportCache {
  let cache = caches.get(orm);
  if (!cache) caches.set(orm, (cache = new ReportCache()));
  return cache;
}
