import { Client, type QueryResult } from 'pg';

type Answer = Promise<QueryResult | QueryResult[]>;

/**
 * A connection on which PostgreSQL keeps what it has parsed and planned, and whose `begin` travels with the statement after it: most of a
 * short transaction's cost is neither reading nor writing.
 */
export class PipelinedClient extends Client {
  #begin: string | undefined;

  override query(...given: unknown[]): never {
    const [text, values] = given as [unknown, unknown[]?];
    return (
      typeof text === 'string' && given.length <= 2
        ? this.#run(text, values ?? [])
        : this.#send(...given)
    ) as never;
  }

  #run(text: string, values: unknown[]): Answer {
    const begin = this.#begin;
    this.#begin = isBegin(text) ? text : undefined;
    if (this.#begin) return NOTHING;
    // Nothing happened in between.
    if (begin && (text === 'commit' || text === 'rollback')) return NOTHING;
    if (text === 'rollback') return this.#rollback();
    if (values.length === 0)
      return begin ? this.#send(`${begin}; ${text}`).then(last) : this.#send(text);
    const ask = (): Answer => this.#send({ name: nameOf(text), text, values }).catch(forget);
    return begin ? this.#send(begin).then(ask) : ask();
  }

  /** What can't be rolled back is lost, and so is undone. Who is told of a failure here never gives the connection back to its pool. */
  #rollback(): Answer {
    return this.#send('rollback').catch(() => {
      this.end().catch(() => {});
      return NOTHING;
    });
  }

  #send(...given: unknown[]): Answer {
    return (super.query as (...all: unknown[]) => Answer)(...given);
  }
}

const NOTHING: Answer = Promise.resolve({ command: '', rowCount: 0, oid: 0, fields: [], rows: [] });
const isBegin = (text: string): boolean => text === 'begin' || text.startsWith('start transaction');
const last = (answer: QueryResult | QueryResult[]): QueryResult =>
  Array.isArray(answer) ? answer.at(-1)! : answer;

/** Statements that are kept at most; each takes some memory on each connection. */
const KEPT = 150;
/** A statement is kept from its so manieth time on: filters of people make many that come once. */
const OFTEN = 3;
const COUNTED = 2_000;

let generation = 0;
const names = new Map<string, string>();
const counts = new Map<string, number>();

/** The name under which a statement is kept; undefined: it is not. */
function nameOf(text: string): string | undefined {
  const name = names.get(text);
  if (name || names.size >= KEPT) return name;
  const count = (counts.get(text) ?? 0) + 1;
  if (count >= OFTEN) {
    counts.delete(text);
    names.set(text, `kept ${generation} ${names.size}`);
  } else {
    if (counts.size >= COUNTED) counts.clear();
    counts.set(text, count);
  }
  return names.get(text);
}

/** A migration that changes what `select *` gives makes kept statements useless: they are all made anew, under other names. */
function forget(error: { code?: string; message?: string }): never {
  if (error.code === '0A000' && error.message?.includes('cached plan')) {
    generation += 1;
    names.clear();
  }
  throw error;
}
