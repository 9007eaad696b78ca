import type { GraphqlResponse } from '@deskgraph/common/testing/testing';
import { type Desk, type UserError, type Persona, post } from '../fixtures/desk.ts';

// Sends many attempts in few requests: a request with many aliases costs the platform little more
// than a request with one field.

/** A root field that is requested once for each value of one argument. */
export interface AliasedField {
  kind: 'mutation' | 'query';
  name: string;
  /** The arguments. `*` is the place of the value. */
  argument: string;
  /** The type of the value. */
  type: string;
  selection: string;
}

/** Builds a request with one alias of the field for each value. */
export function aliasedRequest(
  { kind, name, argument, type, selection }: AliasedField,
  values: readonly unknown[],
): [string, object] {
  const declared = values.map((_, index) => `$v${index}: ${type}`).join(', ');
  const fields = values
    .map(
      (_, index) => `v${index}: ${name}(${argument.replace('*', `$v${index}`)}) { ${selection} }`,
    )
    .join(' ');
  return [
    `${kind} (${declared}) { ${fields} }`,
    Object.fromEntries(values.map((value, index) => [`v${index}`, value])),
  ];
}

export const mutationField = (name: string, selection: string): AliasedField => ({
  kind: 'mutation',
  name,
  argument: 'input: *',
  type: `${name[0]!.toUpperCase()}${name.slice(1)}Input!`,
  selection: `${selection} userErrors { code field }`,
});

/** One attempt. Its value is created when it is sent, and again when it is sent again. */
export interface Attempt<T> {
  what: T;
  /** The approximate size in characters. */
  size: number;
  make: () => unknown;
}

/** The outcome of one attempt. */
export interface Outcome<T, Payload> {
  what: T;
  payload: Payload | null;
  errors: NonNullable<GraphqlResponse['errors']>;
}

/** Limits of one request. The gateway accepts 30 aliases, 256 KiB and 20,000 values. */
const ATTEMPTS_PER_REQUEST = 25;
const MAX_REQUEST_CHARACTERS = 100_000;

type ResponseError = NonNullable<GraphqlResponse['errors']>[number];
/** Returns the alias whose variable does not match the schema. */
const aliasOfInvalidVariable = ({ message }: ResponseError): string | undefined =>
  /^Variable "\$(v\d+)"/.exec(message)?.[1];

/**
 * Sends all attempts in as few requests as the gateway allows. A variable that does not match the
 * schema makes the gateway reject the whole request: the named attempts get that error, and the
 * others are sent again.
 */
export async function sendAliased<T, Payload>(
  url: string,
  token: string | undefined,
  field: AliasedField,
  tries: readonly Attempt<T>[],
  /** Receives the payloads of each request before the next one is sent. */
  onPayloads: (payloads: Payload[]) => Promise<void> = async () => {},
): Promise<Outcome<T, Payload>[]> {
  const outcomes: Outcome<T, Payload>[] = [];
  const waiting = [...tries];
  while (waiting.length) {
    const sent = waiting.splice(0, countForOneRequest(waiting));
    const [text, variables] = aliasedRequest(
      field,
      await Promise.all(sent.map(async ({ make }) => make())),
    );
    const { status, answer } = await post<Record<string, Payload | null>>(
      url,
      token,
      text,
      variables,
    );
    if (status >= 500) throw new Error(`Status ${status}: ${JSON.stringify(answer)}`);
    const { data, errors = [] } = answer;
    const isStopped = errors.some(aliasOfInvalidVariable);
    sent.forEach((each, index) => {
      const alias = `v${index}`;
      const attemptErrors = errors.filter((error) =>
        isStopped
          ? aliasOfInvalidVariable(error) === alias
          : !error.path || error.path[0] === alias,
      );
      if (isStopped && !attemptErrors.length) waiting.push(each);
      else
        outcomes.push({ what: each.what, payload: data?.[alias] ?? null, errors: attemptErrors });
    });
    await onPayloads(Object.values(data ?? {}).filter((payload) => payload !== null));
  }
  return outcomes;
}

/** Returns how many of the next attempts fit into one request. */
function countForOneRequest<T>(tries: readonly Attempt<T>[]): number {
  let size = 0;
  const end = tries.findIndex(
    (each, index) =>
      index === ATTEMPTS_PER_REQUEST || ((size += each.size) > MAX_REQUEST_CHARACTERS && index > 0),
  );
  return end === -1 ? tries.length : end;
}

/** Wraps a desk so that mutations sent in the same tick share one request. */
export function batchingDesk(desk: Desk, url: string): Desk {
  interface Waiting {
    input: object;
    resolve: (payload: never) => void;
    reject: (error: Error) => void;
  }
  const queues = new Map<string, Waiting[]>();
  const send = async (
    who: Persona,
    name: string,
    selection: string,
    queue: readonly Waiting[],
  ): Promise<void> => {
    const tries = queue.map((what) => ({ what, size: 0, make: () => what.input }));
    try {
      for (const { what, payload, errors } of await sendAliased(
        url,
        desk.tokens[who],
        mutationField(name, selection),
        tries,
      ))
        if (payload) what.resolve(payload as never);
        else what.reject(new Error(JSON.stringify(errors)));
    } catch (error) {
      for (const { reject } of queue) reject(error as Error);
    }
  };
  const change = <Payload>(
    who: Persona,
    name: string,
    input: object,
    selection = '',
  ): Promise<Payload & { userErrors: UserError[] }> =>
    new Promise((resolve, reject) => {
      const key = JSON.stringify([who, name, selection]);
      const queue = queues.get(key) ?? [];
      if (!queue.length)
        setImmediate(() => {
          queues.delete(key);
          void send(who, name, selection, queue);
        });
      queues.set(key, queue);
      queue.push({ input, resolve, reject });
    });
  return {
    ...desk,
    tryMutate: change,
    mutate: async <Payload>(who: Persona, name: string, input: object, selection = '') => {
      const payload = await change<Payload>(who, name, input, selection);
      if (payload.userErrors.length)
        throw new Error(`${name} is refused: ${JSON.stringify(payload.userErrors)}`);
      return payload;
    },
  };
}
