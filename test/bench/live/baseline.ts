import type { Asker } from '../load.ts';
import type { Watched } from '../process.ts';
import { TICKET, pace, timesOf } from './crowd.ts';
import type { Scene } from './people.ts';

/** What the same screen costs when each client asks for it anew at every event. */
export interface Query {
  /** Microseconds of processor time for each query, by process. */
  cpu: Record<string, number>;
}

const WRITES = 200;
const WRITES_A_SECOND = 20;
const QUERIES = 1_000;
const CLIENTS = 8;
const WARM = 200;

const WARMING = 1_000_000;

/** Milliseconds of processor time for each write while nobody listens. */
export async function writingOf(
  processes: readonly Watched[],
  scene: Scene,
): Promise<Record<string, number>> {
  let n = WARMING;
  await pace(4 * WRITES_A_SECOND, WRITES, () => scene.happen(n++));
  const before = timesOf(processes);
  await pace(WRITES_A_SECOND, WRITES, () => scene.happen(n++));
  return each(timesOf(processes), before, WRITES);
}

/** The query that a client without subscriptions sends for the event, over HTTP with a kept connection. */
export async function byQueries(
  processes: readonly Watched[],
  graph: Asker,
  scene: Scene,
): Promise<Query> {
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) ids.push(await scene.happen(2 * WARMING + n));
  const ask = async (count: number): Promise<void> => {
    let n = 0;
    const client = async (): Promise<void> => {
      while (n < count) {
        const id = ids[n++ % ids.length];
        await graph.ask({
          query: `query ($id: ID!) { ticket(id: $id) { id ${TICKET} } }`,
          variables: { id },
          token: scene.token(n),
        });
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };
  await ask(WARM);
  const before = timesOf(processes);
  await ask(QUERIES);
  const cpu = each(timesOf(processes), before, QUERIES);
  return {
    cpu: Object.fromEntries(Object.entries(cpu).map(([name, time]) => [name, time * 1000])),
  };
}

const each = (
  after: Record<string, number>,
  before: Record<string, number>,
  count: number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([name, time]) => [name, (time - before[name]!) / count]),
  );
