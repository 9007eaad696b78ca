import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import type { TestClient } from '@deskgraph/common/testing/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import {
  type Desk,
  type Result,
  mutate,
  openDesk,
  reply,
  startTickets,
} from '../../../testing/desk.ts';
import { type Dice, dice } from '../../../testing/dice.ts';

let service: TestClient;
beforeAll(async () => {
  service = await startTickets();
});
afterAll(() => service.stop());

interface ErrorView {
  code: string;
  field: string[] | null;
}
interface Effect {
  ticket: { id: string; number: number };
  changes: { field: string; from: unknown; to: unknown }[];
  messagesIn: number;
  messagesOut: number;
  userErrors: ErrorView[];
}
interface Preview {
  effects: Effect[];
  conflicts: { field: string; ticket: { id: string } }[];
  userErrors: ErrorView[];
}
const PREVIEW = `effects { ticket { id number } changes { field from to } messagesIn messagesOut userErrors { code field } }
  conflicts { field ticket { id } } userErrors { code field }`;

async function preview(
  desk: Desk,
  name: string,
  input: object,
  actor: Actor = desk.agent,
): Promise<Preview> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const data = await desk.ask<Record<string, Preview>>(
    actor,
    `query ($input: ${type}!) { ${name}Preview(input: $input) { ${PREVIEW} } }`,
    {
      input,
    },
  );
  return data[`${name}Preview`]!;
}
const undoPreview = async (desk: Desk, id: string, partly: boolean): Promise<Preview> =>
  (
    await desk.ask<{ operationUndoPreview: Preview }>(
      desk.agent,
      `query ($id: ID!, $partly: Boolean) { operationUndoPreview(id: $id, partly: $partly) { ${PREVIEW} } }`,
      { id, partly },
    )
  ).operationUndoPreview;

interface TicketView {
  id: string;
  number: number;
  version: number;
  messages: { nodes: { id: string }[] };
  timeline: { nodes: { id: string; changes: { field: string; from: unknown; to: unknown }[] }[] };
}
const readTickets = async (desk: Desk): Promise<TicketView[]> =>
  (
    await desk.ask<{ tickets: { nodes: TicketView[] } }>(
      desk.agent,
      `{ tickets(first: 100, orderBy: [{ field: NUMBER }]) { nodes { id number version
        messages(first: 100) { nodes { id } } timeline(first: 100) { nodes { id changes { field from to } } } } } }`,
    )
  ).tickets.nodes;

/** The actual effects between two states, in the shape of a preview. */
function actualEffects(before: TicketView[], after: TicketView[]): object[] {
  const ticketIdsIn = (tickets: TicketView[]): Map<string, string> =>
    new Map(
      tickets.flatMap(({ id, messages }) => messages.nodes.map((message) => [message.id, id])),
    );
  const [from, to] = [ticketIdsIn(before), ticketIdsIn(after)];
  const moved = [...to].filter(
    ([message, ticket]) => from.has(message) && from.get(message) !== ticket,
  );
  return after.flatMap(({ id, timeline }) => {
    const ticketBefore = before.find((ticket) => ticket.id === id);
    const oldEventIds = new Set(ticketBefore?.timeline.nodes.map((event) => event.id));
    const newEvents = timeline.nodes.filter((event) => !oldEventIds.has(event.id));
    const changes = new Map<string, unknown[]>();
    for (const change of newEvents.flatMap((event) => event.changes))
      changes.set(change.field, [changes.get(change.field)?.[0] ?? [change.from], change.to]);
    const net = [...changes].map(([field, [first, last]]) => ({
      field,
      from: (first as unknown[])[0] ?? null,
      to: last ?? null,
    }));
    const effect = {
      ticket: ticketBefore ? id : 'new',
      changes: net.filter((change) => JSON.stringify(change.from) !== JSON.stringify(change.to)),
      messagesIn: moved.filter(([, ticket]) => ticket === id).length,
      messagesOut: moved.filter(([message]) => from.get(message) === id).length,
    };
    return newEvents.length ? [effect] : [];
  });
}

const sorted = (effects: object[]): object[] =>
  (
    JSON.parse(JSON.stringify(effects).replaceAll(/"\d{4}-\d\d-\d\dT[^"]+"/g, '"T"')) as {
      ticket: string;
      changes: { field: string }[];
    }[]
  )
    .map((effect) =>
      Object.assign(effect, {
        changes: effect.changes.sort((a, b) => (a.field < b.field ? -1 : 1)),
      }),
    )
    .sort((a, b) => (a.ticket < b.ticket ? -1 : 1));

const predictedEffects = ({ effects }: Preview): object[] =>
  effects
    .filter(({ userErrors }) => !userErrors.length)
    .map(({ ticket, changes, messagesIn, messagesOut }) => ({
      ticket: ticket.number ? ticket.id : 'new',
      changes,
      messagesIn,
      messagesOut,
    }));

interface Attempt {
  predicted: Preview;
  apply: () => Promise<Result>;
}

async function runBulkJob(desk: Desk, input: object): Promise<Result> {
  const result = await mutate(
    desk,
    desk.agent,
    'ticketsUpdate',
    input,
    'job { id } operation { id }',
  );
  const job = result['job'] as { id: string } | null;
  while (job) {
    const { bulkJob } = await desk.ask<{ bulkJob: { finishedAt: string | null; results: object } }>(
      desk.agent,
      'query ($id: ID!) { bulkJob(id: $id) { finishedAt results(first: 100, failedOnly: true) { nodes { ticket { id } userErrors { code field } } } } }',
      { id: job.id },
    );
    if (bulkJob.finishedAt) return Object.assign(result, { results: bulkJob.results });
    await sleep(20);
  }
  return result;
}

async function attempt(
  desk: Desk,
  tickets: TicketView[],
  operations: string[],
  { one, roll, some }: Dice,
): Promise<Attempt> {
  const ids = tickets.map(({ id }) => id);
  const kind = roll(operations.length ? 10 : 7);
  if (kind < 2) {
    const input = { intoId: one(ids), ids: [one(ids), ...some(ids, 2)] };
    return {
      predicted: await preview(desk, 'ticketMerge', input),
      apply: () => mutate(desk, desk.agent, 'ticketMerge', input, 'operation { id }'),
    };
  }
  if (kind < 4) {
    const { id, messages } = one(tickets);
    const messageIds = [
      messages.nodes[0]?.id ?? newId('msg'),
      ...some(messages.nodes, 2).map((message) => message.id),
    ];
    const input = { id, messageIds: [...new Set(messageIds)], subject: 'Split off' };
    return {
      predicted: await preview(desk, 'ticketSplit', input),
      apply: () => mutate(desk, desk.agent, 'ticketSplit', input, 'operation { id }'),
    };
  }
  if (kind < 7) {
    const action = one([
      { status: 'SOLVED', priority: 'HIGH' },
      { status: 'PENDING', assigneeId: 'me' },
      { addTags: ['a'], removeTags: ['b'], note: 'Seen' },
      { addTags: ['b'], snooze: 'PT1H', departmentId: desk.departmentId },
      { status: 'CLOSED' },
      {},
    ]);
    const input = { ids: [one(ids), ...some(ids, 3), ...(roll(4) ? [] : [newId('tkt')])], action };
    return {
      predicted: await preview(desk, 'ticketsUpdate', input),
      apply: () => runBulkJob(desk, input),
    };
  }
  const id = one(operations);
  const partly = roll(2) > 0;
  return {
    predicted: await undoPreview(desk, id, partly),
    apply: () =>
      mutate(
        desk,
        desk.agent,
        'operationUndo',
        { id, partly },
        'operation { conflicts { field ticket { id } } }',
      ),
  };
}

test('a preview changes nothing and predicts the effects or refusals of the mutation', async () => {
  expect.hasAssertions();
  for (let run = 0; run < sizeOf(1, 10); run++) {
    const random = dice(seed + run);
    const desk = await openDesk(service);
    const operations: string[] = [];
    try {
      for (let n = 0; n < 4; n++) await reply(desk, desk.agent, (await desk.ticket()).id);
      let before = await readTickets(desk);
      for (let step = 0; step < 25; step++) {
        const { predicted, apply } = await attempt(desk, before, operations, random);
        expect(await readTickets(desk)).toEqual(before);
        const result = await apply();
        const after = await readTickets(desk);
        expect(sorted(predictedEffects(predicted))).toEqual(sorted(actualEffects(before, after)));
        const { nodes } = (result['results'] ?? { nodes: [] }) as {
          nodes: { ticket: { id: string } | null; userErrors: ErrorView[] }[];
        };
        const missing = nodes
          .filter(({ ticket }) => !ticket)
          .map(() => ({ code: 'NOT_FOUND', field: ['input', 'ids', expect.any(String)] }));
        expect(predicted.userErrors).toEqual([...result.userErrors, ...missing]);
        const refused = predicted.effects.filter(({ userErrors }) => userErrors.length);
        expect(
          refused.map(({ ticket: { id }, userErrors }) => ({ ticket: { id }, userErrors })),
        ).toEqual(nodes.filter(({ ticket }) => ticket));
        const { id, conflicts } = (result['operation'] ?? {}) as {
          id?: string;
          conflicts?: object[];
        };
        expect(predicted.conflicts).toEqual(conflicts ?? []);
        if (id) operations.push(id);
        before = after;
      }
    } catch (error) {
      throw new Error(`TEST_SEED=${seed + run}`, { cause: error });
    }
  }
}, 240_000);

test('a preview uses no ticket number, leaves no ticket and requires the rights of the mutation', async () => {
  const desk = await openDesk(service);
  const { id, number } = await desk.ticket();
  await reply(desk, desk.agent, id);
  const [first] = await readTickets(desk);
  const input = { id, messageIds: [first!.messages.nodes[1]!.id], subject: 'Split off' };
  const predicted = await preview(desk, 'ticketSplit', input);
  expect(predicted).toMatchObject({
    effects: [
      {
        ticket: { number: 0 },
        changes: [{ field: 'splitFrom', from: null, to: id }],
        messagesIn: 1,
        messagesOut: 0,
      },
      { ticket: { id, number }, changes: [], messagesIn: 0, messagesOut: 1 },
    ],
    userErrors: [],
  });
  expect((await desk.ticket()).number).toBe(number + 1);
  const { ticket } = await desk.ask<{ ticket: unknown }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { id } }',
    {
      id: predicted.effects[0]!.ticket.id,
    },
  );
  expect(ticket).toBeNull();
  for (const actor of [desk.customer, desk.light, desk.analyst]) {
    const { errors } = await desk.answer(
      actor,
      'query ($input: TicketSplitInput!) { ticketSplitPreview(input: $input) { userErrors { code } } }',
      { input },
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  const elsewhere = await openDesk(service);
  expect((await preview(elsewhere, 'ticketSplit', input)).userErrors).toEqual([
    { code: 'NOT_FOUND', field: ['input', 'id'] },
  ]);
});

test('concurrent previews and queries of one request finish and do not affect each other', async () => {
  const desk = await openDesk(service);
  const [a, b] = [await desk.ticket(), await desk.ticket()];
  const previews = Array.from(
    { length: 12 },
    (_, n) => `p${n}: ticketsUpdatePreview(input: $input) { effects { changes { field to } } }`,
  );
  const query = `query ($input: TicketsUpdateInput!, $id: ID!) { ticket(id: $id) { priority } ${previews.join(' ')} tickets { nodes { priority } } }`;
  const variables = { id: a.id, input: { ids: [a.id, b.id], action: { priority: 'URGENT' } } };
  const effects = [
    { changes: [{ field: 'priority', to: 'URGENT' }] },
    { changes: [{ field: 'priority', to: 'URGENT' }] },
  ];
  for (const data of await Promise.all(
    [1, 2, 3].map(() => desk.ask<Record<string, unknown>>(desk.agent, query, variables)),
  ))
    expect(data).toEqual({
      ticket: { priority: 'NORMAL' },
      tickets: { nodes: [{ priority: 'NORMAL' }, { priority: 'NORMAL' }] },
      ...Object.fromEntries(previews.map((_, n) => [`p${n}`, { effects }])),
    });
});
