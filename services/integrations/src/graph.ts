import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** A request error with its code. `UNREACHABLE` when there was no valid response. */
export class Fault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'Fault';
  }
}

export interface UserError {
  code: string;
  message: string;
  field: string[] | null;
}

/** The public graph as one caller uses it. */
export interface Graph {
  /** Returns the data of an operation. Retries temporary failures (overload, restart); throws a Fault for all others. */
  ask<Data>(document: string, variables?: object): Promise<Data>;
  /** Runs a mutation that takes `input`. Returns its payload with `userErrors`. */
  change<Payload>(
    name: string,
    input: object,
    selection: string,
  ): Promise<Payload & { userErrors: UserError[] }>;
  close(): Promise<void>;
}

export interface GraphOptions {
  url: string;
  token: string;
  /** How long an operation is retried. */
  patienceMs?: number;
  /** No operation starts or is retried after it. */
  signal?: AbortSignal;
}

const PASSING = new Set(['UNAVAILABLE', 'THROTTLED', 'UNREACHABLE']);
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;
const ANSWER_MS = 30_000;

export function openGraph({ url, token, patienceMs = 60_000, signal }: GraphOptions): Graph {
  const connections = new Agent({
    connections: 16,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${token}`,
  };

  const once = async (body: string): Promise<unknown> => {
    const {
      statusCode,
      headers: said,
      body: answer,
    } = await request(url, { method: 'POST', headers, body, dispatcher: connections });
    const text = await answer.text();
    const { data, errors } = read(text, statusCode);
    const [first] = errors;
    if (!first) return data;
    const after = Number(said['retry-after']);
    throw new Fault(
      first.extensions?.code ?? 'INTERNAL',
      first.message,
      Number.isFinite(after) ? after * 1000 : undefined,
    );
  };

  const ask = async <Data>(document: string, variables: object = {}): Promise<Data> => {
    const body = JSON.stringify({ query: document, variables });
    const until = Date.now() + patienceMs;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      signal?.throwIfAborted();
      try {
        return (await once(body)) as Data;
      } catch (error) {
        const fault =
          error instanceof Fault
            ? error
            : new Fault('UNREACHABLE', `${url} does not answer: ${(error as Error).message}`);
        // A random delay avoids a retry storm.
        const pause = fault.retryAfterMs ?? wait * (0.5 + Math.random());
        if (!PASSING.has(fault.code) || Date.now() + pause > until) throw fault;
        await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
    }
  };

  const change = async <Payload>(
    name: string,
    input: object,
    selection: string,
  ): Promise<Payload & { userErrors: UserError[] }> => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message field } } }`;
    const data = await ask<Record<string, Payload & { userErrors: UserError[] }>>(document, {
      input,
    });
    return data[name]!;
  };

  return { ask, change, close: () => connections.close() };
}

interface Answer {
  data?: unknown;
  errors: { message: string; extensions?: { code?: string } }[];
}

function read(text: string, status: number): Answer {
  try {
    const answer = JSON.parse(text) as Partial<Answer> | null;
    if (answer && ('data' in answer || answer.errors?.length))
      return { data: answer.data, errors: answer.errors ?? [] };
  } catch {
    // Not a GraphQL response; possibly a proxy in front of the gateway.
  }
  throw new Fault(
    status >= 500 || status === 429 ? 'UNREACHABLE' : 'INTERNAL',
    `The response (status ${status}) is not a GraphQL response.`,
  );
}

export const userErrorText = (errors: readonly UserError[]): string =>
  errors
    .map(
      ({ code, message, field }) => `${code}${field ? ` at ${field.join('.')}` : ''}: ${message}`,
    )
    .join('; ');
