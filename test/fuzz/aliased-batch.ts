import type { Answer } from '@deskgraph/common/testing/testing';
import { type Desk, type UserError, type Who, post } from '../fixtures/desk.ts';

// Many tries in few requests: one request with many aliases costs the gateway and the services little more than one with a single field.

/** A root field that is asked for with many values of one argument. */
export interface Asked {
  kind: 'mutation' | 'query';
  name: string;
  /** What stands in the parentheses; `*` is the value. */
  argument: string;
  /** The type of the value. */
  type: string;
  selection: string;
}

/** A request that asks for the field once for each value. */
export function aliased(
  { kind, name, argument, type, selection }: Asked,
  values: readonly unknown[],
): [string, object] {
  const declared = values.map((_, at) => `$v${at}: ${type}`).join(', ');
  const fields = values
    .map((_, at) => `v${at}: ${name}(${argument.replace('*', `$v${at}`)}) { ${selection} }`)
    .join(' ');
  return [
    `${kind} (${declared}) { ${fields} }`,
    Object.fromEntries(values.map((value, at) => [`v${at}`, value])),
  ];
}

export const changeOf = (name: string, selection: string): Asked => ({
  kind: 'mutation',
  name,
  argument: 'input: *',
  type: `${name[0]!.toUpperCase()}${name.slice(1)}Input!`,
  selection: `${selection} userErrors { code field }`,
});

/** One value to try. It is made when it is sent, and anew if it has to be sent again. */
export interface Try<T> {
  what: T;
  /** Characters of it, about. */
  size: number;
  make: () => unknown;
}

/** What came of one try. */
export interface Outcome<T, Payload> {
  what: T;
  payload: Payload | null;
  errors: NonNullable<Answer['errors']>;
}

/** What one request carries; the gateway takes 30 aliases, 256 KiB and 20,000 values. */
const ABREAST = 25;
const SIZE = 100_000;

type Fault = NonNullable<Answer['errors']>[number];
/** The alias whose value has not the shape of the schema. */
const misshapen = ({ message }: Fault): string | undefined =>
  /^Variable "\$(v\d+)"/.exec(message)?.[1];

/**
 * What comes of each try, in as few requests as the gateway allows. A value that has not the shape of the schema stops the whole request before
 * anything of it is done: those that the errors name are answered by that, the others are sent again without them.
 */
export async function together<T, Payload>(
  url: string,
  token: string | undefined,
  asked: Asked,
  tries: readonly Try<T>[],
  /** Called with what each request has brought, before the next one is sent. */
  brought: (payloads: Payload[]) => Promise<void> = async () => {},
): Promise<Outcome<T, Payload>[]> {
  const outcomes: Outcome<T, Payload>[] = [];
  const waiting = [...tries];
  while (waiting.length) {
    const some = waiting.splice(0, fitting(waiting));
    const [text, variables] = aliased(
      asked,
      await Promise.all(some.map(async ({ make }) => make())),
    );
    const { status, answer } = await post<Record<string, Payload | null>>(
      url,
      token,
      text,
      variables,
    );
    if (status >= 500) throw new Error(`Status ${status}: ${JSON.stringify(answer)}`);
    const { data, errors = [] } = answer;
    const isStopped = errors.some(misshapen);
    some.forEach((each, at) => {
      const alias = `v${at}`;
      const own = errors.filter((error) =>
        isStopped ? misshapen(error) === alias : !error.path || error.path[0] === alias,
      );
      if (isStopped && !own.length) waiting.push(each);
      else outcomes.push({ what: each.what, payload: data?.[alias] ?? null, errors: own });
    });
    await brought(Object.values(data ?? {}).filter((payload) => payload !== null));
  }
  return outcomes;
}

/** How many of the next ones go into one request. */
function fitting<T>(tries: readonly Try<T>[]): number {
  let size = 0;
  const end = tries.findIndex(
    (each, at) => at === ABREAST || ((size += each.size) > SIZE && at > 0),
  );
  return end === -1 ? tries.length : end;
}

/** The same desk for many at once: the changes that are asked for in the same moment travel together. */
export function gathered(desk: Desk, url: string): Desk {
  interface Waiting {
    input: object;
    resolve: (payload: never) => void;
    reject: (error: Error) => void;
  }
  const lines = new Map<string, Waiting[]>();
  const send = async (
    who: Who,
    name: string,
    selection: string,
    line: readonly Waiting[],
  ): Promise<void> => {
    const tries = line.map((what) => ({ what, size: 0, make: () => what.input }));
    try {
      for (const { what, payload, errors } of await together(
        url,
        desk.tokens[who],
        changeOf(name, selection),
        tries,
      ))
        if (payload) what.resolve(payload as never);
        else what.reject(new Error(JSON.stringify(errors)));
    } catch (error) {
      for (const { reject } of line) reject(error as Error);
    }
  };
  const change = <Payload>(
    who: Who,
    name: string,
    input: object,
    selection = '',
  ): Promise<Payload & { userErrors: UserError[] }> =>
    new Promise((resolve, reject) => {
      const key = JSON.stringify([who, name, selection]);
      const line = lines.get(key) ?? [];
      if (!line.length)
        setImmediate(() => {
          lines.delete(key);
          void send(who, name, selection, line);
        });
      lines.set(key, line);
      line.push({ input, resolve, reject });
    });
  return {
    ...desk,
    change,
    done: async <Payload>(who: Who, name: string, input: object, selection = '') => {
      const payload = await change<Payload>(who, name, input, selection);
      if (payload.userErrors.length)
        throw new Error(`${name} is refused: ${JSON.stringify(payload.userErrors)}`);
      return payload;
    },
  };
}
