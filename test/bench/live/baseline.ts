import type { GraphClient } from '../load.ts';
import type { WatchedProcess } from '../process.ts';
import { TICKET_FIELDS, runAtRate, cpuTimes } from './crowd.ts';
import type { LiveWorkspace } from './people.ts';

/**
 * The cost of a query for the same fields, as clients without subscriptions send it after every
 * event.
 */
export interface QueryFigures {
  /** CPU microseconds per query, by process. */
  cpu: Record<string, number>;
}

const WRITES = 200;
const WRITES_A_SECOND = 20;
const QUERIES = 1_000;
const CLIENTS = 8;
const WARM = 200;

const WARMING = 1_000_000;

/** Measures the CPU milliseconds per write without subscribers, by process. */
export async function measureWrites(
  processes: readonly WatchedProcess[],
  scene: LiveWorkspace,
): Promise<Record<string, number>> {
  let n = WARMING;
  await runAtRate(4 * WRITES_A_SECOND, WRITES, () => scene.createTicket(n++));
  const before = cpuTimes(processes);
  await runAtRate(WRITES_A_SECOND, WRITES, () => scene.createTicket(n++));
  return perUnit(cpuTimes(processes), before, WRITES);
}

/** Measures the query that a client without subscriptions sends for each event over HTTP. */
export async function measureQueries(
  processes: readonly WatchedProcess[],
  graph: GraphClient,
  scene: LiveWorkspace,
): Promise<QueryFigures> {
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) ids.push(await scene.createTicket(2 * WARMING + n));
  const ask = async (count: number): Promise<void> => {
    let n = 0;
    const client = async (): Promise<void> => {
      while (n < count) {
        const id = ids[n++ % ids.length];
        await graph.send({
          query: `query ($id: ID!) { ticket(id: $id) { id ${TICKET_FIELDS} } }`,
          variables: { id },
          token: scene.token(n),
        });
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };
  await ask(WARM);
  const before = cpuTimes(processes);
  await ask(QUERIES);
  const cpu = perUnit(cpuTimes(processes), before, QUERIES);
  return {
    cpu: Object.fromEntries(Object.entries(cpu).map(([name, time]) => [name, time * 1000])),
  };
}

const perUnit = (
  after: Record<string, number>,
  before: Record<string, number>,
  count: number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([name, time]) => [name, (time - before[name]!) / count]),
  );
