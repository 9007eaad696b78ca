import { createHash } from 'node:crypto';
import type { TicketReport } from './report.ts';

/** A position that was read is believed so long; facts that this process takes in itself are heard of at once. */
const BELIEVED_MS = 200;
/** Cells of all kept reports together, at some 100 bytes each. */
const WEIGHT_LIMIT = 400_000;
const WORKSPACE_LIMIT = 10_000;

/**
 * Reports that were given already. A report is a function of the facts up to a position and of the question, so equal questions between two
 * facts have one answer, and those that come while it is computed wait for it.
 */
export class Memory {
  readonly #reports = new Map<string, TicketReport>();
  readonly #running = new Map<string, Promise<TicketReport>>();
  readonly #positions = new Map<string, { position: Promise<number>; until: number }>();
  #weight = 0;

  /** Forgets where the workspace's facts end. */
  heard(workspace: string): void {
    this.#positions.delete(workspace);
  }

  position(workspace: string, read: () => Promise<number>): Promise<number> {
    const known = this.#positions.get(workspace);
    if (known && known.until > Date.now()) return known.position;
    if (this.#positions.size >= WORKSPACE_LIMIT) this.#positions.clear();
    const fresh = { position: read(), until: Number.POSITIVE_INFINITY };
    this.#positions.set(workspace, fresh);
    const forget = (): void => {
      if (this.#positions.get(workspace) === fresh) this.#positions.delete(workspace);
    };
    fresh.position.then(() => (fresh.until = Date.now() + BELIEVED_MS), forget);
    return fresh.position;
  }

  /** The answer to the question at the position; `compute` also tells the position that it found, under which its answer is kept. */
  async answer(
    question: string,
    position: number,
    compute: () => Promise<{ position: number; report: TicketReport }>,
  ): Promise<TicketReport> {
    const digest = createHash('sha256').update(question).digest('base64');
    const key = `${position} ${digest}`;
    const kept = this.#reports.get(key);
    if (kept) {
      this.#reports.delete(key);
      this.#reports.set(key, kept);
      return kept;
    }
    const running = this.#running.get(key);
    if (running) return running;
    const work = compute().then(({ position: found, report }) => {
      // A workspace without facts is as fresh as the clock.
      if (found > 0) this.#keep(`${found} ${digest}`, report);
      return report;
    });
    this.#running.set(key, work);
    try {
      return await work;
    } finally {
      this.#running.delete(key);
    }
  }

  #keep(key: string, report: TicketReport): void {
    if (this.#reports.has(key)) return;
    this.#reports.set(key, report);
    this.#weight += weightOf(report);
    for (const [oldest, each] of this.#reports) {
      if (this.#weight <= WEIGHT_LIMIT) break;
      this.#reports.delete(oldest);
      this.#weight -= weightOf(each);
    }
  }
}

const weightOf = ({ rows, totals }: TicketReport): number =>
  totals.length + rows.length * ((rows[0]?.dimensions.length ?? 0) + totals.length);

const memories = new WeakMap<object, Memory>();

/** The memory of this process for one database. */
export function memoryOf(orm: object): Memory {
  let memory = memories.get(orm);
  if (!memory) memories.set(orm, (memory = new Memory()));
  return memory;
}

export const heard = (orm: object, workspace: string): void => memoryOf(orm).heard(workspace);
