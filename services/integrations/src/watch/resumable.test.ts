import { expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { eventLine } from './line.ts';
import { type Message, resumable } from './resumable.ts';

interface Sink {
  next(message: Message): void;
  error(error: unknown): void;
  complete(): void;
}

/** A fake client that answers each subscription from a script and records its `after`. */
function playing(...parts: ((sink: Sink, readAgain: () => void) => void)[]) {
  const asked: (string | undefined)[] = [];
  let stops = 0;
  const subscribe = (
    { variables }: { variables: { after?: string; given: number } },
    sink: Sink,
  ) => {
    const read = (): void => void asked.push(variables.after);
    expect(variables.given).toBe(1);
    read();
    parts.shift()!(sink, read);
    return () => stops++;
  };
  return { client: { subscribe } as unknown as Client, asked, stopped: () => stops };
}
const wanted = { query: 'subscription', variables: { given: 1 } };
const told = (id: string): Message => ({
  data: { field: { id } as object },
  extensions: { cursor: `c${id}` },
});
const resync: Message = {
  data: { field: { resync: { reason: 'TOO_SLOW', from: 'anew', query: '{ list }' } } },
  extensions: { cursor: 'anew' },
};
const none = (): void => {};

test('a resumed stream does not repeat events that the client has received but not consumed', async () => {
  const { client, asked, stopped } = playing((sink, readAgain) => {
    for (const id of ['1', '2', '3']) sink.next(told(id));
    readAgain();
  });
  const ids: unknown[] = [];
  for await (const { data } of resumable(client, { ...wanted, after: 'c0' }, none))
    if (ids.push(data!['field']) === 2) break;
  expect(ids).toEqual([{ id: '1' }, { id: '2' }]);
  expect(asked).toEqual(['c0', 'c3']);
  expect(stopped()).toBe(1);
});

test('when something must be read anew it waits for that, and goes on from there', async () => {
  const { client, asked } = playing(
    (sink) => {
      sink.next(told('1'));
      sink.next(resync);
      sink.complete();
    },
    (sink) => {
      sink.next(told('2'));
      sink.complete();
    },
  );
  const seen: unknown[] = [];
  const stream = resumable(
    client,
    wanted,
    async ({ reason, query }) => void seen.push(reason, query),
  );
  for await (const { data } of stream) seen.push(data!['field']);
  expect(seen).toEqual([{ id: '1' }, 'TOO_SLOW', '{ list }', { id: '2' }]);
  expect(asked).toEqual([undefined, 'anew']);
});

test('a refusal is thrown', async () => {
  const { client } = playing((sink) => sink.error([{ message: 'No.' }]));
  await expect(resumable(client, wanted, none).next()).rejects.toEqual([{ message: 'No.' }]);
});

test('lines stand under each other in any script, and hold nothing that steers a terminal', () => {
  const fact = { id: 'evt_1', type: 'ticket.created', at: '2026-03-05T10:20:30Z', changes: [] };
  const lines = ['Short', '退款已经十二天没有到账'.repeat(4), 'bell\u0007 and \u202Eback'].map(
    (subject) =>
      eventLine(
        { ...fact, ticket: { number: 7, subject, requester: { name: 'Eva' } } },
        new Date('2026-03-06T00:00:00Z'),
      ),
  );
  const columns = (text: string): number =>
    [...text].reduce((sum, letter) => sum + (letter > '\u2E80' ? 2 : 1), 0);
  expect(new Set(lines.map(columns)).size).toBe(1);
  expect(lines[2]).toContain('bell and back ');
  expect(lines[1]).toMatch(/^2026-03-05 .*… +Eva$/u);
  expect(
    eventLine({
      ...fact,
      type: 'ticket.status_changed',
      changes: [{ field: 'status', from: 'NEW', to: 'OPEN' }],
      ticket: null,
    }),
  ).toContain('NEW → OPEN');
});
