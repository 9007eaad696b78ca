import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestClient } from '@deskgraph/common/testing/client';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { type Dice, dice } from '../../../testing/dice.ts';
import { fetchUnloggedChanges } from '../../../testing/event-log.ts';

let service: TestClient;
beforeAll(async () => {
  service = await startTickets();
});
afterAll(() => service.stop());

interface ModelMessage {
  id: string;
  /** The ticket that the message was written to. */
  home: string;
}
interface ModelOperation {
  id: string;
  undo: () => void;
}

/**
 * The expected state: each message has one home ticket and is in the ticket that this one was
 * finally merged into.
 */
class Model {
  readonly numbers = new Map<string, number>();
  readonly mergedInto = new Map<string, string>();
  readonly messages: ModelMessage[] = [];
  readonly operations: ModelOperation[] = [];

  /** The ticket that a ticket was finally merged into, or the ticket itself. */
  targetOf(id: string): string {
    const next = this.mergedInto.get(id);
    return next ? this.targetOf(next) : id;
  }
  messagesIn(id: string): ModelMessage[] {
    return this.messages.filter(({ home }) => this.targetOf(home) === id);
  }
}

const isSuccess = ({ userErrors }: Result): boolean => userErrors.length === 0;
const idOf = (result: Result, field: string): string => (result[field] as { id: string }).id;

async function createTicket(desk: Desk, model: Model): Promise<void> {
  const { id, number } = await desk.ticket();
  model.numbers.set(id, number);
  const { ticket } = await desk.ask<{ ticket: { messages: { nodes: { id: string }[] } } }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { messages { nodes { id } } } }',
    { id },
  );
  model.messages.push({ id: ticket.messages.nodes[0]!.id, home: id });
}

async function addMessage(desk: Desk, model: Model, { one }: Dice): Promise<void> {
  const ticketId = one([...model.numbers.keys()]);
  const [actor, visibility] = one([
    [desk.customer, 'PUBLIC'],
    [desk.agent, 'PUBLIC'],
    [desk.light, 'PRIVATE'],
  ] as const);
  const result = await mutate(
    desk,
    actor,
    'messageAdd',
    { ticketId, visibility, body: 'A message', override: true },
    'message { id ticket { id } }',
  );
  expect(result).toMatchObject({
    userErrors: [],
    message: { ticket: { id: model.targetOf(ticketId) } },
  });
  model.messages.push({
    id: idOf(result, 'message'),
    home: visibility === 'PUBLIC' ? ticketId : model.targetOf(ticketId),
  });
}

async function merge(desk: Desk, model: Model, { one, roll }: Dice): Promise<void> {
  const all = [...model.numbers.keys()];
  const intoId = one(all);
  const ids = Array.from({ length: 1 + roll(3) }, () => one(all));
  const result = await mutate(desk, desk.agent, 'ticketMerge', { ids, intoId }, 'operation { id }');
  const involved = [intoId, ...ids];
  expect(isSuccess(result)).toBe(
    new Set(involved).size === involved.length && involved.every((id) => !model.mergedInto.has(id)),
  );
  if (!isSuccess(result)) return;
  for (const id of ids) model.mergedInto.set(id, intoId);
  model.operations.push({
    id: idOf(result, 'operation'),
    undo: () => ids.forEach((id) => model.mergedInto.delete(id)),
  });
}

async function split(desk: Desk, model: Model, { one, roll }: Dice): Promise<void> {
  const id = one([...model.numbers.keys()]);
  const messages = model.messagesIn(id);
  const moved = messages.filter(() => roll(2) > 0);
  const input = { id, messageIds: moved.map((message) => message.id), subject: 'Split off' };
  const result = await mutate(
    desk,
    desk.agent,
    'ticketSplit',
    input,
    'newTicket { id number } operation { id }',
  );
  expect(isSuccess(result)).toBe(
    moved.length > 0 && moved.length < messages.length && !model.mergedInto.has(id),
  );
  if (!isSuccess(result)) return;
  const newTicket = result['newTicket'] as { id: string; number: number };
  expect([...model.numbers.values()]).not.toContain(newTicket.number);
  model.numbers.set(newTicket.id, newTicket.number);
  const homes = moved.map(({ home }) => home);
  for (const message of moved) message.home = newTicket.id;
  const undoSplit = (): void => {
    moved.forEach((message, index) => {
      if (message.home === newTicket.id) message.home = homes[index]!;
    });
    model.mergedInto.set(newTicket.id, id);
  };
  model.operations.push({ id: idOf(result, 'operation'), undo: undoSplit });
}

async function undo(desk: Desk, model: Model, { one }: Dice): Promise<void> {
  if (!model.operations.length) return;
  const operation = one(model.operations);
  const result = await mutate(
    desk,
    desk.agent,
    'operationUndo',
    { id: operation.id },
    'operation { id conflicts { field } }',
  );
  if (isSuccess(result)) {
    model.operations.splice(model.operations.indexOf(operation), 1);
    operation.undo();
    expect(
      (await mutate(desk, desk.agent, 'operationUndo', { id: operation.id })).userErrors,
    ).toMatchObject([{ code: 'UNDO_EXPIRED' }]);
  } else {
    expect(result.userErrors).toMatchObject([{ code: 'UNDO_CONFLICT' }]);
    expect((result['operation'] as { conflicts: object[] }).conflicts).not.toEqual([]);
  }
}

interface TicketView {
  id: string;
  number: number;
  status: string;
  waitingSince: string | null;
  mergedInto: { id: string } | null;
  messages: { nodes: { id: string }[] };
}

async function compare(desk: Desk, model: Model): Promise<void> {
  const { tickets } = await desk.ask<{ tickets: { nodes: TicketView[]; totalCount: number } }>(
    desk.agent,
    `{ tickets(first: 100) { totalCount nodes { id number status waitingSince mergedInto { id } messages(first: 100) { nodes { id } } } } }`,
  );
  expect(tickets.totalCount).toBe(model.numbers.size);
  for (const { id, number, status, waitingSince, mergedInto, messages } of tickets.nodes) {
    const actual = {
      id,
      number,
      mergedInto: mergedInto?.id,
      messages: messages.nodes.map((message) => message.id).sort(),
    };
    const expectedIds = model
      .messagesIn(id)
      .map((message) => message.id)
      .sort();
    expect(actual).toEqual({
      id,
      number: model.numbers.get(id),
      mergedInto: model.mergedInto.get(id),
      messages: expectedIds,
    });
    if (mergedInto)
      expect({ status, waitingSince }).toEqual({ status: 'SOLVED', waitingSince: null });
    else expect(status).not.toBe('SOLVED');
  }
}

test('after random merges, splits and undos every message is in its expected ticket, and tickets match their last events', async () => {
  expect.hasAssertions();
  for (let run = 0; run < sizeOf(4, 40); run++) {
    const random = dice(seed + run);
    const desk = await openDesk(service);
    const model = new Model();
    try {
      for (let step = 0; step < 60; step++) {
        const chance = random.roll(100);
        if (model.numbers.size < 3 || (chance < 10 && model.numbers.size < 40))
          await createTicket(desk, model);
        else if (chance < 40) await addMessage(desk, model, random);
        else if (chance < 60) await merge(desk, model, random);
        else if (chance < 75) await split(desk, model, random);
        else await undo(desk, model, random);
        if (step % 3 === 0) await compare(desk, model);
      }
      await compare(desk, model);
      expect(await fetchUnloggedChanges(desk)).toEqual([]);
    } catch (error) {
      throw new Error(`TEST_SEED=${seed + run}`, { cause: error });
    }
  }
}, 120_000);
