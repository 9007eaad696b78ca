import { Pool } from 'undici';

/** What one client does next: `n` counts the requests of the whole run, so that none is like another. */
export type Step = (n: number) => Promise<void>;

export interface Load {
  requests: number;
  errors: number;
  /** The first thing that went wrong. */
  fault: string | undefined;
  seconds: number;
  /** Milliseconds of each request. */
  times: number[];
}

/** So many clients, each of which asks again as soon as it has its answer. */
export async function drive(
  step: Step,
  clients: number,
  seconds: number,
  first: number,
): Promise<Load> {
  const times: number[] = [];
  let n = first;
  let errors = 0;
  let fault: string | undefined;
  const began = performance.now();
  const until = began + seconds * 1000;
  const client = async (): Promise<void> => {
    for (let at = performance.now(); at < until;) {
      try {
        await step(n++);
      } catch (error) {
        errors += 1;
        fault ??= (error as Error).message;
      }
      const now = performance.now();
      times.push(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return {
    requests: times.length,
    errors,
    fault,
    seconds: (performance.now() - began) / 1000,
    times,
  };
}

export const share = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

export interface Question {
  query: string;
  variables: object;
  /** Bearer token of who asks. */
  token: string;
}

/** Asks the graph over kept connections, and takes nothing but a whole and good answer. */
export interface Asker {
  ask(question: Question): Promise<string>;
  data<T>(question: Question): Promise<T>;
  close(): Promise<void>;
}

export function asker(url: string): Asker {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  const ask = async ({ query, variables, token }: Question): Promise<string> => {
    const { statusCode, body } = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const text = await body.text();
    if (statusCode !== 200 || text.includes('"errors":[') || text.includes('"userErrors":[{'))
      throw new Error(text.slice(0, 500));
    return text;
  };
  return {
    ask,
    data: async (question) => (JSON.parse(await ask(question)) as { data: never }).data,
    close: () => pool.close(),
  };
}
