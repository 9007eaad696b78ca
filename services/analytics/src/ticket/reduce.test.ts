import { expect, test } from '@jest/globals';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { reduceEvent } from './reduce.ts';
import type { TicketProjection } from './state.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const STATE = {
  number: 1,
  priority: 'NORMAL',
  channel: 'EMAIL',
  departmentId: null,
  assigneeId: null,
  requesterId: null,
};
const eventAt = (hours: number, type: string, state: object): DomainEvent => ({
  position: hours,
  id: `${hours}`,
  workspace: 'w',
  type,
  subject: 'tkt',
  version: hours + 1,
  actor: { kind: 'agent', id: 'agt', name: 'Ana' },
  occurredAt: new Date(START + hours * 3_600_000).toISOString(),
  data: { state: { ...STATE, createdAt: new Date(START).toISOString(), ...state } },
});
const reduceAll = (events: DomainEvent[]): TicketProjection =>
  events.reduce<TicketProjection | undefined>(
    (before, event) => reduceEvent(before, event).after,
    undefined,
  )!;

const created = eventAt(0, 'ticket.created', { status: 'OPEN' });
const merged = eventAt(1, 'ticket.merged', { status: 'OPEN', mergedIntoId: 'tkt_2' });
const solvedAsDuplicate = eventAt(1, 'ticket.status_changed', {
  status: 'SOLVED',
  mergedIntoId: 'tkt_2',
});

test('a merged ticket does not count as solved', () => {
  const closed = eventAt(3, 'ticket.status_changed', { status: 'CLOSED', mergedIntoId: 'tkt_2' });
  const ticket = reduceAll([created, merged, solvedAsDuplicate, closed]);
  expect(ticket).toMatchObject({ status: 'CLOSED', solved: null });
});

test('after the merge is undone, the ticket counts as solved when it is solved again', () => {
  const events = [
    created,
    merged,
    solvedAsDuplicate,
    eventAt(2, 'operation.undone', { status: 'SOLVED', mergedIntoId: null }),
    eventAt(2, 'ticket.status_changed', { status: 'OPEN' }),
  ];
  expect(reduceAll(events).solved).toBeNull();
  const solved = eventAt(5, 'ticket.status_changed', { status: 'SOLVED' });
  expect(reduceAll([...events, solved]).solved?.seconds).toBe(5 * 3600);
});

test('a solution from before the merge still counts', () => {
  const ticket = reduceAll([
    created,
    eventAt(1, 'ticket.status_changed', { status: 'SOLVED' }),
    eventAt(2, 'ticket.merged', { status: 'SOLVED', mergedIntoId: 'tkt_2' }),
  ]);
  expect(ticket.solved?.seconds).toBe(3600);
});

test.each(['DUPLICATE', 'SPAM', 'INCIDENT'])(
  'a ticket solved as %s ends its period and does not count as solved',
  (resolutionCode) => {
    const solved = eventAt(1, 'ticket.status_changed', { status: 'SOLVED', resolutionCode });
    const oldFormat = eventAt(1, 'ticket.status_changed', { status: 'SOLVED' });
    Object.assign(oldFormat.data, { resolutionCode });
    const closed = eventAt(2, 'ticket.status_changed', { status: 'CLOSED', resolutionCode });
    for (const events of [
      [created, solved],
      [created, solved, closed],
      [created, oldFormat],
      [created, oldFormat, closed],
    ])
      expect(reduceAll(events).solved).toBeNull();
    expect(reduceEvent(reduceAll([created]), solved).periods).toMatchObject([
      { closedAt: new Date(solved.occurredAt) },
    ]);
    const answered = [
      eventAt(3, 'ticket.status_changed', { status: 'OPEN', resolutionCode: null }),
      eventAt(4, 'ticket.status_changed', { status: 'SOLVED', resolutionCode: 'ANSWERED' }),
    ];
    expect(reduceAll([created, solved, ...answered]).solved?.seconds).toBe(4 * 3600);
  },
);

test('redacted events give the same numbers', () => {
  const personal = { subject: 'Secret', requesterName: 'Marta', fields: { fld_1: 'Secret' } };
  const history = (state: object): DomainEvent[] => [
    eventAt(0, 'ticket.created', { status: 'OPEN', ...state }),
    eventAt(2, 'ticket.status_changed', { status: 'SOLVED', ...state }),
    eventAt(3, 'ticket.purged', { status: 'SOLVED', deletedAt: new Date(START).toISOString() }),
  ];
  expect(reduceAll(history({}))).toEqual(reduceAll(history(personal)));
});
