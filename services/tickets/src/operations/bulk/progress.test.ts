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

interface Progress {
  state: string;
  done: number;
  failed: number;
  finishedAt: string | null;
}

/** All messages of a stream until it ends; throws when it is refused. */
async function progressOf(actor: Actor, id: string): Promise<Progress[]> {
  const client = createSubscriptionClient(
    service.url,
    async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
  );
  const stream = client.iterate<{ bulkJobChanged: Progress }>({
    query: 'subscription ($id: ID!) { bulkJobChanged(id: $id) { state done failed finishedAt } }',
    variables: { id },
  });
  const messages: Progress[] = [];
  for await (const { data, errors } of stream) {
    if (errors) throw new Error(JSON.stringify(errors));
    if (data) messages.push(data.bulkJobChanged);
  }
  await client.dispose();
  return messages;
}

async function startJob(count: number): Promise<string> {
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

test('the stream has the job now and after each progress, and ends with the job', async () => {
  const id = await startJob(20);
  const [creator, lead] = await Promise.all([
    progressOf(desk.agent, id),
    progressOf(desk.lead, id),
  ]);
  for (const messages of [creator, lead]) {
    expect(messages.at(-1)).toMatchObject({
      state: 'DONE',
      done: 20,
      failed: 1,
      finishedAt: expect.any(String),
    });
    expect(messages.filter(({ finishedAt }) => finishedAt)).toHaveLength(1);
    expect(messages.map(({ done }) => done)).toEqual(
      messages.map(({ done }) => done).toSorted((a, b) => a - b),
    );
  }
  expect(await progressOf(desk.agent, id)).toEqual([creator.at(-1)]);
});

test('the stream has the cancellation; callers who cannot see the job receive nothing', async () => {
  const id = await startJob(30);
  const progress = progressOf(desk.agent, id);
  await mutate(desk, desk.agent, 'bulkJobCancel', { id });
  expect(['CANCELLED', 'DONE']).toContain((await progress).at(-1)!.state);
  expect(await progressOf(desk.colleague, id)).toEqual([]);
  expect(await progressOf(desk.agent, newId('job'))).toEqual([]);
  for (const actor of [desk.light, desk.customer, desk.analyst])
    await expect(progressOf(actor, id)).rejects.toThrow('FORBIDDEN');
});
