import { Pool } from 'undici';

/** Sends one request. `n` counts all requests of the run, so that no two are equal. */
export type Step = (n: number) => Promise<void>;

export interface Load {
  requests: number;
  errors: number;
  /** The first error. */
  fault: string | undefined;
  seconds: number;
  /** The duration of each request in milliseconds. */
  times: number[];
}

/** Runs concurrent clients, each of which sends the next request after the last response. */
export async function runLoad(
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

export const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

export interface GraphRequest {
  query: string;
  variables: object;
  /** The bearer token of the caller. */
  token: string;
}

/** A client with persistent connections. It rejects unless the response has no errors. */
export interface GraphClient {
  send(question: GraphRequest): Promise<string>;
  data<T>(question: GraphRequest): Promise<T>;
  close(): Promise<void>;
}

export function createGraphClient(url: string): GraphClient {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  const ask = async ({ query, variables, token }: GraphRequest): Promise<string> => {
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
    send: ask,
    data: async (question) => (JSON.parse(await ask(question)) as { data: never }).data,
    close: () => pool.close(),
  };
}
