import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type FormattedExecutionResult, createClient } from 'graphql-ws';

export type Message = FormattedExecutionResult<
  Record<string, { resync?: Resync | null }>,
  { cursor?: string }
>;

/** The message that ends a stream which cannot continue from the client's cursor. */
export interface Resync {
  reason: string;
  from: string;
  query: string;
}

export interface Wanted {
  /** A subscription that passes its variable `$after: Cursor` to the field and selects `resync { reason from query }`. */
  query: string;
  variables?: object;
  /** Events after this cursor. Default: from now. */
  after?: string | undefined;
}

/** A graphql-ws client that retries forever. `token` is called for each connection, so that an expired token (4403) is replaced. */
export const createResumableClient = (url: string, token: () => Promise<string>): Client =>
  createClient({
    url,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: Infinity,
    shouldRetry: () => true,
    // A random delay avoids a reconnect storm.
    retryWait: (tries) => sleep(Math.random() * Math.min(500 * 2 ** tries, 5_000)),
    keepAlive: 10_000,
  });

/**
 * The messages of a subscription, each once and in order, over any number of connections.
 * graphql-ws sends the same variables again when it reconnects; `after` is a getter that returns
 * the last cursor. When the stream cannot continue, `resync` is called to read the state again, and
 * the stream continues from there. Ends with the stream, or when the consumer stops reading.
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
