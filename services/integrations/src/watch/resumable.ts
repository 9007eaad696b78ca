import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type FormattedExecutionResult, createClient } from 'graphql-ws';

export type Message = FormattedExecutionResult<
  Record<string, { resync?: Resync | null }>,
  { cursor?: string }
>;

/** What a stream says, alone, when it can't go on from where its reader stands. */
export interface Resync {
  reason: string;
  from: string;
  query: string;
}

export interface Wanted {
  /** A subscription that gives its variable `$after: Cursor` to the field, and selects `resync { reason from query }`. */
  query: string;
  variables?: object;
  /** Only what comes after this cursor; default from now. */
  after?: string | undefined;
}

/** A stock client that never gives up. `token` is asked for each connection: when one has run out (4403), a new one is shown. */
export const connect = (url: string, token: () => Promise<string>): Client =>
  createClient({
    url,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: Infinity,
    shouldRetry: () => true,
    // Not all who were cut together come back together.
    retryWait: (tries) => sleep(Math.random() * Math.min(500 * 2 ** tries, 5_000)),
    keepAlive: 10_000,
  });

/**
 * The messages of a subscription, each once and in order, over any number of connections. The library sends the same variables again when it
 * comes back; here `after` is a getter that says the last cursor. Ends when the stream does, or when nobody reads on. When something has to
 * be read anew first, `resync` is called, and the stream goes on from there.
 */
export async function* resumable(
  client: Client,
  { query, variables, after }: Wanted,
  resync: (why: Resync) => void | Promise<void>,
) {
  const payload = { query, variables: { ...variables, get after() { return after; } } }; // prettier-ignore
  for (let goesOn = true; goesOn;) {
    goesOn = false;
    let stop = (): void => {};
    const messages = new ReadableStream<Message>({
      start(queue) {
        stop = client.subscribe<NonNullable<Message['data']>, { cursor?: string }>(payload, {
          next(message) {
            after = message.extensions?.cursor ?? after;
            queue.enqueue(message);
          },
          error: (error) => queue.error(error),
          complete: () => queue.close(),
        });
      },
      cancel: () => stop(),
    });
    for await (const message of messages) {
      const why = Object.values(message.data ?? {})[0]?.resync;
      if (!why) yield message;
      else {
        await resync(why);
        after = why.from;
        goesOn = true;
      }
    }
  }
}
