import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Auth } from '../auth/access.ts';
import { encodeCursor } from './signed-cursor.ts';
import { deadLetterTable, eventTables, eventLogPartitions } from '../events/tables.ts';
import { type StreamMessage, abortableStream } from './subscription-server.ts';
import {
  type StreamClient,
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

const RIGHT = { scopes: ['tickets:read'] } as const;

/** Follows the log, like the streams of services. */
async function* followed(
  ctx: Context,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const from = await ctx.tail!.startPosition();
  yield { cursor: encodeCursor(ctx, { position: from }), resyncQuery: '{ one }' };
  yield { message: 1, cursor: encodeCursor(ctx, { position: from, version: 1 }) };
  for await (const { position } of ctx.tail!.follow({ workspace: ctx.workspace, from, signal }))
    yield { cursor: encodeCursor(ctx, { position }) };
}

async function* counted(ctx: Context): AsyncGenerator<StreamMessage, void, void> {
  for (let version = 1; version <= 3; version++)
    yield { message: version, cursor: encodeCursor(ctx, { position: 0, version }) };
}

@Resolver()
class Streams {
  @Auth(RIGHT)
  @Query(() => Int, { nullable: true, description: 'One.' })
  one(): number {
    return 1;
  }

  @Auth(RIGHT)
  @Subscription(() => Int, {
    description: 'Without an end.',
    subscribe: ({ context }: { context: Context }) =>
      abortableStream((signal) => followed(context, signal)),
  })
  following(@Root() at: number): number {
    return at;
  }

  @Auth(RIGHT)
  @Subscription(() => Int, {
    description: 'To three.',
    subscribe: ({ context }: { context: Context }) => abortableStream(() => counted(context)),
  })
  counting(@Root() at: number): number {
    return at;
  }
}

let service: TestService;
let client: StreamClient;

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

interface Heard {
  data?: Record<string, number> | null;
  extensions?: { cursor?: string; anew?: string };
}

/** Everything that is heard, and how it ended. */
function listen(query: string) {
  const heard: Heard[] = [];
  const got = Promise.withResolvers<void>();
  const end = new Promise<unknown>((resolve) =>
    client.subscribe<Record<string, number>, Heard['extensions'] & object>(
      { query },
      {
        next: (result) => {
          heard.push(result as Heard);
          if (result.data) got.resolve();
        },
        complete: () => resolve('complete'),
        error: (error) => resolve((error as { code?: number }).code ?? error),
      },
    ),
  );
  return { heard, got: got.promise, end };
}

test('a mark says its cursor and how to read anew, a message its cursor', async () => {
  const { heard, got } = listen('subscription { following }');
  await got;
  expect(heard).toEqual([
    { extensions: { cursor: expect.any(String), anew: '{ one }' } },
    { data: { following: 1 }, extensions: { cursor: expect.any(String) } },
  ]);
});

test('what is over completes; what goes on is cut when the service stops, and does not seem to be over', async () => {
  const { heard, end: over } = listen('subscription { counting }');
  expect(await over).toBe('complete');
  expect(heard.map(({ data }) => data)).toEqual([
    { counting: 1 },
    { counting: 2 },
    { counting: 3 },
  ]);
  const streams = Array.from({ length: 20 }, () => listen('subscription { following }'));
  await Promise.all(streams.map(({ got }) => got));
  await service.service.stop();
  expect(new Set(await Promise.all(streams.map(({ end }) => end)))).toEqual(new Set([1001]));
});
