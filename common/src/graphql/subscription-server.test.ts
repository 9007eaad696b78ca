import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Auth } from '../auth/access.ts';
import { encodeCursor } from './signed-cursor.ts';
import { deadLetterTable, eventTables, eventLogPartitions } from '../events/tables.ts';
import { type StreamMessage, abortableStream } from './subscription-server.ts';
import {
  type SubscriptionClient,
  type TestService,
  appActor,
  newWorkspace,
  createSubscriptionClient,
  startTestService,
  TEST_SECRET,
} from '../testing/testing.ts';
import { signActor } from '../auth/token.ts';
import type { Context } from '../database/context.ts';

class Tables extends Migration {
  override up(): void {
    this.addSql(eventTables);
    this.addSql(eventLogPartitions());
    this.addSql(deadLetterTable);
  }
}

const RULE = { scopes: ['tickets:read'] } as const;

/** Follows the log, as the subscriptions of the services do. */
async function* followLog(
  ctx: Context,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const from = await ctx.tail!.startPosition();
  yield { cursor: encodeCursor(ctx, { position: from }), resyncQuery: '{ one }' };
  yield { message: 1, cursor: encodeCursor(ctx, { position: from, version: 1 }) };
  for await (const { position } of ctx.tail!.follow({ workspace: ctx.workspace, from, signal }))
    yield { cursor: encodeCursor(ctx, { position }) };
}

async function* countToThree(ctx: Context): AsyncGenerator<StreamMessage, void, void> {
  for (let version = 1; version <= 3; version++)
    yield { message: version, cursor: encodeCursor(ctx, { position: 0, version }) };
}

@Resolver()
class Streams {
  @Auth(RULE)
  @Query(() => Int, { nullable: true, description: 'One.' })
  one(): number {
    return 1;
  }

  @Auth(RULE)
  @Subscription(() => Int, {
    description: 'Never ends.',
    subscribe: ({ context }: { context: Context }) =>
      abortableStream((signal) => followLog(context, signal)),
  })
  following(@Root() value: number): number {
    return value;
  }

  @Auth(RULE)
  @Subscription(() => Int, {
    description: 'Counts to three.',
    subscribe: ({ context }: { context: Context }) => abortableStream(() => countToThree(context)),
  })
  counting(@Root() value: number): number {
    return value;
  }
}

let service: TestService;
let client: SubscriptionClient;

beforeAll(async () => {
  service = await startTestService(
    { name: 'streams', entities: [], resolvers: [Streams] },
    { Tables },
  );
  const caller = appActor(newWorkspace());
  client = createSubscriptionClient(service.url, () =>
    signActor(caller, TEST_SECRET).then((token) => `Bearer ${token}`),
  );
});
afterAll(async () => {
  await client.dispose();
  await service.database.drop();
});

interface Received {
  data?: Record<string, number> | null;
  extensions?: { cursor?: string; resyncQuery?: string };
}

/** The messages of a subscription, its first message with data, and how it ended. */
function listen(query: string) {
  const received: Received[] = [];
  const first = Promise.withResolvers<void>();
  const end = new Promise<unknown>((resolve) =>
    client.subscribe<Record<string, number>, Received['extensions'] & object>(
      { query },
      {
        next: (result) => {
          received.push(result as Received);
          if (result.data) first.resolve();
        },
        complete: () => resolve('complete'),
        error: (error) => resolve((error as { code?: number }).code ?? error),
      },
    ),
  );
  return { received, first: first.promise, end };
}

test('sends the cursor of each message, and cursor and resync query of a checkpoint', async () => {
  const { received, first } = listen('subscription { following }');
  await first;
  expect(received).toEqual([
    { extensions: { cursor: expect.any(String), resyncQuery: '{ one }' } },
    { data: { following: 1 }, extensions: { cursor: expect.any(String) } },
  ]);
});

test('completes a stream that has ended, and closes the sockets of others when the service stops', async () => {
  const counting = listen('subscription { counting }');
  expect(await counting.end).toBe('complete');
  expect(counting.received.map(({ data }) => data)).toEqual([
    { counting: 1 },
    { counting: 2 },
    { counting: 3 },
  ]);
  const streams = Array.from({ length: 20 }, () => listen('subscription { following }'));
  await Promise.all(streams.map(({ first }) => first));
  await service.service.stop();
  expect(new Set(await Promise.all(streams.map(({ end }) => end)))).toEqual(new Set([1001]));
});
