import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestClient } from '@deskgraph/common/testing/client';
import { seed, sizeOf } from '@deskgraph/common/testing/sizes';
import { type Desk, type Result, mutate, openDesk, startTickets } from '../../../testing/desk.ts';
import { type Dice, dice } from '../../../testing/dice.ts';
import { untold } from '../../../testing/log.ts';

let service: TestClient;
beforeAll(async () => {
  service = await startTickets();
});
afterAll(() => service.stop());

interface Said {
  id: string;
  /** The ticket that its address names. */
  home: string;
}
interface Done {
  id: string;
  undo: () => void;
}

/** What folding, cutting out and taking back come to: each message has one home, and lies where its home was folded into in the end. */
class Model {
  readonly numbers = new Map<string, number>();
  readonly mergedInto = new Map<string, string>();
  readonly messages: Said[] = [];
  readonly done: Done[] = [];

  head(id: string): string {
    const next = this.mergedInto.get(id);
    return next ? this.head(next) : id;
  }
  lying(id: string): Said[] {
    return this.messages.filter(({ home }) => this.head(home) === id);
  }
  get heads(): string[] {
    return [...this.numbers.keys()].filter((id) => !this.mergedInto.has(id));
  }
}

const ok = ({ userErrors }: Result): boolean => userErrors.length === 0;
const idOf = (result: Result, field: string): string => (result[field] as { id: string }).id;

async function open(desk: Desk, model: Model): Promise<void> {
  const { id, number } = await desk.ticket();
  model.numbers.set(id, number);
  const { ticket } = await desk.ask<{ ticket: { messages: { nodes: { id: string }[] } } }>(
    desk.agent,
    'query ($id: ID!) { ticket(id: $id) { messages { nodes { id } } } }',
    { id },
  );
  model.messages.push({ id: ticket.messages.nodes[0]!.id, home: id });
}

async function say(desk: Desk, model: Model, { one }: Dice): Promise<void> {
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
    { ticketId, visibility, body: 'said', override: true },
    'message { id ticket { id } }',
  );
  expect(result).toMatchObject({
    userErrors: [],
    message: { ticket: { id: model.head(ticketId) } },
  });
  model.messages.push({
    id: idOf(result, 'message'),
    home: visibility === 'PUBLIC' ? ticketId : model.head(ticketId),
  });
}

async function merge(desk: Desk, model: Model, { one, roll }: Dice): Promise<void> {
  const all = [...model.numbers.keys()];
  const intoId = one(all);
  const ids = Array.from({ length: 1 + roll(3) }, () => one(all));
  const result = await mutate(desk, desk.agent, 'ticketMerge', { ids, intoId }, 'operation { id }');
  const together = [intoId, ...ids];
  expect(ok(result)).toBe(
    new Set(together).size === together.length && together.every((id) => !model.mergedInto.has(id)),
  );
  if (!ok(result)) return;
  for (const id of ids) model.mergedInto.set(id, intoId);
  model.done.push({
    id: idOf(result, 'operation'),
    undo: () => ids.forEach((id) => model.mergedInto.delete(id)),
  });
}

async function split(desk: Desk, model: Model, { one, roll }: Dice): Promise<void> {
  const id = one([...model.numbers.keys()]);
  const lying = model.lying(id);
  const moved = lying.filter(() => roll(2) > 0);
  const input = { id, messageIds: moved.map((message) => message.id), subject: 'Cut out' };
  const result = await mutate(
    desk,
    desk.agent,
    'ticketSplit',
    input,
    'newTicket { id number } operation { id }',
  );
  expect(ok(result)).toBe(
    moved.length > 0 && moved.length < lying.length && !model.mergedInto.has(id),
  );
  if (!ok(result)) return;
  const cut = result['newTicket'] as { id: string; number: number };
  expect([...model.numbers.values()]).not.toContain(cut.number);
  model.numbers.set(cut.id, cut.number);
  const homes = moved.map(({ home }) => home);
  for (const message of moved) message.home = cut.id;
  const back = (): void => {
    moved.forEach((message, at) => message.home === cut.id && (message.home = homes[at]!));
    model.mergedInto.set(cut.id, id);
  };
  model.done.push({ id: idOf(result, 'operation'), undo: back });
}

async function undo(desk: Desk, model: Model, { one }: Dice): Promise<void> {
  if (!model.done.length) return;
  const done = one(model.done);
  const result = await mutate(
    desk,
    desk.agent,
    'operationUndo',
    { id: done.id },
    'operation { id conflicts { field } }',
  );
  if (ok(result)) {
    model.done.splice(model.done.indexOf(done), 1);
    done.undo();
    expect(
      (await mutate(desk, desk.agent, 'operationUndo', { id: done.id })).userErrors,
    ).toMatchObject([{ code: 'UNDO_EXPIRED' }]);
  } else {
    expect(result.userErrors).toMatchObject([{ code: 'UNDO_CONFLICT' }]);
    expect((result['operation'] as { conflicts: object[] }).conflicts).not.toEqual([]);
  }
}

interface Read {
  id: string;
  number: number;
  status: string;
  waitingSince: string | null;
  mergedInto: { id: string } | null;
  messages: { nodes: { id: string }[] };
}

async function compare(desk: Desk, model: Model): Promise<void> {
  const { tickets } = await desk.ask<{ tickets: { nodes: Read[]; totalCount: number } }>(
    desk.agent,
    `{ tickets(first: 100) { totalCount nodes { id number status waitingSince mergedInto { id } messages(first: 100) { nodes { id } } } } }`,
  );
  expect(tickets.totalCount).toBe(model.numbers.size);
  for (const { id, number, status, waitingSince, mergedInto, messages } of tickets.nodes) {
    const found = {
      id,
      number,
      mergedInto: mergedInto?.id,
      messages: messages.nodes.map((message) => message.id).sort(),
    };
    const lying = model
      .lying(id)
      .map((message) => message.id)
      .sort();
    expect(found).toEqual({
      id,
      number: model.numbers.get(id),
      mergedInto: model.mergedInto.get(id),
      messages: lying,
    });
    if (mergedInto)
      expect({ status, waitingSince }).toEqual({ status: 'SOLVED', waitingSince: null });
    else expect(status).not.toBe('SOLVED');
  }
}

test('however tickets are folded, cut and taken apart again, each message is in one place, its own, and each ticket as its last fact says', async () => {
  expect.hasAssertions();
  for (let run = 0; run < sizeOf(4, 40); run++) {
    const thrown = dice(seed + run);
    const desk = await openDesk(service);
    const model = new Model();
    try {
      for (let step = 0; step < 60; step++) {
        const chance = thrown.roll(100);
        if (model.numbers.size < 3 || (chance < 10 && model.numbers.size < 40))
          await open(desk, model);
        else if (chance < 40) await say(desk, model, thrown);
        else if (chance < 60) await merge(desk, model, thrown);
        else if (chance < 75) await split(desk, model, thrown);
        else await undo(desk, model, thrown);
        if (step % 3 === 0) await compare(desk, model);
      }
      await compare(desk, model);
      expect(await untold(desk)).toEqual([]);
    } catch (error) {
      throw new Error(`TEST_SEED=${seed + run}`, { cause: error });
    }
  }
}, 120_000);
