import { createHash } from 'node:crypto';
import type { TicketReport } from './report.ts';

/** A mark that was read is believed so long; facts that this process takes in itself are heard of at once. */
const BELIEVED_MS = 200;
/** Cells of all kept reports together, at some 100 bytes each. */
const WEIGHT_LIMIT = 400_000;
const WORKSPACE_LIMIT = 10_000;

/**
 * Reports that were given already. A report is a function of the facts that are counted, for which a mark stands, and of the question, so
 * equal questions between two facts have one answer, and those that come while it is computed wait for it.
 */
export class Memory {
  readonly #reports = new Map<string, TicketReport>();
  readonly #running = new Map<string, Promise<TicketReport>>();
  readonly #marks = new Map<string, { mark: Promise<number>; until: number }>();
  #weight = 0;

  /** Forgets the mark of the workspace. */
  heard(workspace: string): void {
    this.#marks.delete(workspace);
  }

  mark(workspace: string, read: () => Promise<number>): Promise<number> {
    const known = this.#marks.get(workspace);
    if (known && known.until > Date.now()) return known.mark;
    if (this.#marks.size >= WORKSPACE_LIMIT) this.#marks.clear();
    const fresh = { mark: read(), until: Number.POSITIVE_INFINITY };
    this.#marks.set(workspace, fresh);
    const forget = (): void => {
      if (this.#marks.get(workspace) === fresh) this.#marks.delete(workspace);
    };
    fresh.mark.then(() => (fresh.until = Date.now() + BELIEVED_MS), forget);
    return fresh.mark;
  }

  /** The answer to the question at the mark; `compute` also tells the mark that it found, under which its answer is kept. */
  async answer(
    question: string,
    mark: number,
    compute: () => Promise<{ mark: number; report: TicketReport }>,
  ): Promise<TicketReport> {
    const digest = createHash('sha256').update(question).digest('base64');
    const key = `${mark} ${digest}`;
    const kept = this.#reports.get(key);
    if (kept) {
      this.#reports.delete(key);
      this.#reports.set(key, kept);
      return kept;
    }
    const running = this.#running.get(key);
    if (running) return running;
    const work = compute().then(({ mark: found, report }) => {
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
