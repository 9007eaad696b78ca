import { LRUCache } from 'lru-cache';
import { Client, type QueryResult } from 'pg';

type Result = Promise<QueryResult | QueryResult[]>;

/**
 * A pg client that saves round trips and planning, most of the cost of a short transaction:
 *
 * - BEGIN is deferred and travels with the next statement. A transaction without statements is
 *   never sent.
 * - Statements with parameters that recur become prepared statements, which PostgreSQL parses and
 *   plans once per connection.
 *
 * Await the queries of one transaction one after another. A second query that starts before the
 * first one after BEGIN has returned still runs inside the transaction, but it overtakes a first
 * one with parameters: that one is sent only after the result of BEGIN has arrived.
 */
export class PipelinedClient extends Client {
  #deferredBegin: string | undefined;

  override query(...args: unknown[]): never {
    const [text, values] = args as [unknown, unknown[]?];
    return (
      typeof text === 'string' && args.length <= 2
        ? this.#run(text, values ?? [])
        : this.#send(...args)
    ) as never;
  }

  #run(text: string, values: unknown[]): Result {
    const begin = this.#deferredBegin;
    this.#deferredBegin = isBegin(text) ? text : undefined;
    if (this.#deferredBegin) return NO_RESULT;
    const isEmptyTransaction = begin && (text === 'commit' || text === 'rollback');
    if (isEmptyTransaction) return NO_RESULT;
    if (text === 'rollback') return this.#rollback();
    if (values.length === 0)
      return begin ? this.#send(`${begin}; ${text}`).then(lastResult) : this.#send(text);
    const send = (): Result =>
      this.#send({ name: preparedName(text), text, values }).catch(dropStalePlans);
    return begin ? this.#send(begin).then(send) : send();
  }

  /**
   * If ROLLBACK fails, the connection is broken and the server has already rolled back. Close the
   * client and swallow the error: rethrowing it would leak the client from the pool.
   */
  #rollback(): Result {
    return this.#send('rollback').catch(() => {
      this.end().catch(() => {});
      return NO_RESULT;
    });
  }

  #send(...args: unknown[]): Result {
    return (super.query as (...all: unknown[]) => Result)(...args);
  }
}

const NO_RESULT: Result = Promise.resolve({
  command: '',
  rowCount: 0,
  oid: 0,
  fields: [],
  rows: [],
});
const isBegin = (text: string): boolean => text === 'begin' || text.startsWith('start transaction');
const lastResult = (result: QueryResult | QueryResult[]): QueryResult =>
  Array.isArray(result) ? result.at(-1)! : result;

/** Each prepared statement takes memory on each connection. */
const MAX_PREPARED_STATEMENTS = 150;
/**
 * A statement is prepared at its third use. The filters of users produce many statements that are
 * used once.
 */
const PREPARE_AT_USE = 3;
const MAX_COUNTED_STATEMENTS = 2_000;

/** Part of the names of prepared statements; a new generation replaces all of them. */
let generation = 0;
const preparedNames = new Map<string, string>();
const useCounts = new LRUCache<string, number>({ max: MAX_COUNTED_STATEMENTS });

/**
 * The name of the prepared statement for a text; undefined when the statement is not to be
 * prepared.
 */
function preparedName(text: string): string | undefined {
  const name = preparedNames.get(text);
  if (name || preparedNames.size >= MAX_PREPARED_STATEMENTS) return name;
  const uses = (useCounts.get(text) ?? 0) + 1;
  if (uses < PREPARE_AT_USE) {
    useCounts.set(text, uses);
    return undefined;
  }
  useCounts.delete(text);
  const newName = `prepared ${generation} ${preparedNames.size}`;
  preparedNames.set(text, newName);
  return newName;
}

/**
 * After a migration that changes the columns of `select *`, PostgreSQL rejects the old plans:
 * prepare all statements again.
 */
function dropStalePlans(error: { code?: string; message?: string }): never {
  if (error.code === '0A000' && error.message?.includes('cached plan')) {
    generation += 1;
    preparedNames.clear();
  }
  throw error;
}
