import { expect, test } from '@jest/globals';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { reduceEvent } from './reduce.ts';
import type { TicketProjection } from './state.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const state = {
  number: 1,
  priority: 'NORMAL',
  channel: 'EMAIL',
  departmentId: null,
  assigneeId: null,
  requesterId: null,
};
const fact = (hours: number, type: string, more: object): DomainEvent => ({
  position: hours,
  id: `${hours}`,
  workspace: 'w',
  type,
  subject: 'tkt',
  version: hours + 1,
  actor: { kind: 'agent', id: 'agt', name: 'Ana' },
  occurredAt: new Date(START + hours * 3_600_000).toISOString(),
  data: { state: { ...state, createdAt: new Date(START).toISOString(), ...more } },
});
const after = (facts: DomainEvent[]): TicketProjection =>
  facts.reduce<TicketProjection | undefined>(
    (before, each) => reduceEvent(before, each).after,
    undefined,
  )!;

const open = fact(0, 'ticket.created', { status: 'OPEN' });
const folded = fact(1, 'ticket.merged', { status: 'OPEN', mergedIntoId: 'tkt_2' });
const duplicate = fact(1, 'ticket.status_changed', { status: 'SOLVED', mergedIntoId: 'tkt_2' });

test('what is folded into another ticket is no solution of its own', () => {
  const standing = after([
    open,
    folded,
    duplicate,
    fact(3, 'ticket.status_changed', { status: 'CLOSED', mergedIntoId: 'tkt_2' }),
  ]);
  expect(standing).toMatchObject({ status: 'CLOSED', solved: null });
});

test('what comes out of it again is solved when it is solved', () => {
  const out = [
    fact(2, 'operation.undone', { status: 'SOLVED', mergedIntoId: null }),
    fact(2, 'ticket.status_changed', { status: 'OPEN' }),
  ];
  expect(after([open, folded, duplicate, ...out]).solved).toBeNull();
  const solved = fact(5, 'ticket.status_changed', { status: 'SOLVED' });
  expect(after([open, folded, duplicate, ...out, solved]).solved?.seconds).toBe(5 * 3600);
});

test('a solution from before it was folded in stays one', () => {
  const solved = fact(1, 'ticket.status_changed', { status: 'SOLVED' });
  const standing = after([
    open,
    solved,
    fact(2, 'ticket.merged', { status: 'SOLVED', mergedIntoId: 'tkt_2' }),
  ]);
  expect(standing.solved?.seconds).toBe(3600);
});

test.each(['DUPLICATE', 'SPAM', 'INCIDENT'])(
  'what is done as %s was nobody’s work: it waits no more, and counts as no solution',
  (resolutionCode) => {
    const done = fact(1, 'ticket.status_changed', { status: 'SOLVED', resolutionCode });
    const old = fact(1, 'ticket.status_changed', { status: 'SOLVED' });
    Object.assign(old.data, { resolutionCode });
    const closed = fact(2, 'ticket.status_changed', { status: 'CLOSED', resolutionCode });
    for (const facts of [
      [open, done],
      [open, done, closed],
      [open, old],
      [open, old, closed],
    ])
      expect(after(facts).solved).toBeNull();
    expect(reduceEvent(after([open]), done).stretches).toMatchObject([
      { closedAt: new Date(done.occurredAt) },
    ]);
    const again = [
      fact(3, 'ticket.status_changed', { status: 'OPEN', resolutionCode: null }),
      fact(4, 'ticket.status_changed', { status: 'SOLVED', resolutionCode: 'ANSWERED' }),
    ];
    expect(after([open, done, ...again]).solved?.seconds).toBe(4 * 3600);
  },
);

test('facts that have forgotten what people wrote or are called tell the same numbers', () => {
  const told = { subject: 'Secret', requesterName: 'Marta', fields: { fld_1: 'Secret' } };
  const history = (more: object): DomainEvent[] => [
    fact(0, 'ticket.created', { status: 'OPEN', ...more }),
    fact(2, 'ticket.status_changed', { status: 'SOLVED', ...more }),
    fact(3, 'ticket.purged', { status: 'SOLVED', deletedAt: new Date(START).toISOString() }),
  ];
  expect(after(history({}))).toEqual(after(history(told)));
});
