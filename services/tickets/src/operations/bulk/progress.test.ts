import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import {
  TEST_SECRET,
  type TestClient,
  createSubscriptionClient,
} from '@deskgraph/common/testing/client';
import { signActor } from '@deskgraph/common/auth/token';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Told {
  state: string;
  done: number;
  failed: number;
  finishedAt: string | null;
}

/** All that a stream tells until it is over, or how it was refused. */
async function told(actor: Actor, id: string): Promise<Told[]> {
  const client = createSubscriptionClient(
    service.url,
    async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
  );
  const stream = client.iterate<{ bulkJobChanged: Told }>({
    query: 'subscription ($id: ID!) { bulkJobChanged(id: $id) { state done failed finishedAt } }',
    variables: { id },
  });
  const all: Told[] = [];
  for await (const { data, errors } of stream) {
    if (errors) throw new Error(JSON.stringify(errors));
    if (data) all.push(data.bulkJobChanged);
  }
  await client.dispose();
  return all;
}

async function start(count: number): Promise<string> {
  const ids: string[] = [];
  while (ids.length < count) ids.push((await desk.ticket()).id);
  const result = await mutate(
    desk,
    desk.agent,
    'ticketsUpdate',
    { ids: [...ids, newId('tkt')], action: { note: 'Seen' } },
    'job { id }',
  );
  return (result['job'] as { id: string }).id;
}

test('a job is told as it is, each time it has come further, and the stream ends with it', async () => {
  const id = await start(20);
  const [own, led] = await Promise.all([told(desk.agent, id), told(desk.lead, id)]);
  for (const all of [own, led]) {
    expect(all.at(-1)).toMatchObject({
      state: 'DONE',
      done: 20,
      failed: 1,
      finishedAt: expect.any(String),
    });
    expect(all.filter(({ finishedAt }) => finishedAt)).toHaveLength(1);
    expect(all.map(({ done }) => done)).toEqual(
      all.map(({ done }) => done).toSorted((a, b) => a - b),
    );
  }
  expect(await told(desk.agent, id)).toEqual([own.at(-1)]);
});

test('a job that is cancelled tells so, and nobody hears of one that is not for him', async () => {
  const id = await start(30);
  const following = told(desk.agent, id);
  await mutate(desk, desk.agent, 'bulkJobCancel', { id });
  expect(['CANCELLED', 'DONE']).toContain((await following).at(-1)!.state);
  expect(await told(desk.colleague, id)).toEqual([]);
  expect(await told(desk.agent, newId('job'))).toEqual([]);
  for (const actor of [desk.light, desk.customer, desk.analyst])
    await expect(told(actor, id)).rejects.toThrow('FORBIDDEN');
});
