import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import type { Refusal } from '@deskgraph/common/core/errors';
import { Workspace } from '../workspace/workspace.ts';
import {
  statusAfterAgentAction,
  statusAfterRequesterReply,
  refuseInvalidTransition,
  applyStatus,
} from './status-rules.ts';
import { Ticket } from './ticket.ts';
import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

const { NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED } = TicketStatus;
const workspace = (onHoldEnabled: boolean): Workspace =>
  Object.assign(new Workspace(), { onHoldEnabled });

function codeOf(from: TicketStatus, to: TicketStatus, onHoldEnabled = true): string {
  try {
    refuseInvalidTransition(from, to, workspace(onHoldEnabled), 'status');
    return 'allowed';
  } catch (error) {
    return (error as Refusal).errors[0]!.code;
  }
}

describe('moves by hand', () => {
  const table: [from: TicketStatus, to: TicketStatus, answer: string][] = [
    [NEW, OPEN, 'allowed'],
    [NEW, PENDING, 'allowed'],
    [NEW, ON_HOLD, 'allowed'],
    [NEW, SOLVED, 'allowed'],
    [OPEN, NEW, 'STATUS_NOT_ALLOWED'],
    [OPEN, PENDING, 'allowed'],
    [OPEN, ON_HOLD, 'allowed'],
    [OPEN, SOLVED, 'allowed'],
    [PENDING, NEW, 'STATUS_NOT_ALLOWED'],
    [PENDING, OPEN, 'allowed'],
    [PENDING, ON_HOLD, 'allowed'],
    [PENDING, SOLVED, 'allowed'],
    [ON_HOLD, NEW, 'STATUS_NOT_ALLOWED'],
    [ON_HOLD, OPEN, 'allowed'],
    [ON_HOLD, PENDING, 'allowed'],
    [ON_HOLD, SOLVED, 'allowed'],
    [SOLVED, NEW, 'STATUS_NOT_ALLOWED'],
    [SOLVED, OPEN, 'allowed'],
    [SOLVED, PENDING, 'allowed'],
    [SOLVED, ON_HOLD, 'allowed'],
  ];
  test.each(table)('%s → %s is %s', (from, to, answer) => expect(codeOf(from, to)).toBe(answer));

  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED])(
    'nobody closes by hand from %s',
    (from) => expect(codeOf(from, CLOSED)).toBe('CLOSE_BY_HAND'),
  );
  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED])('nothing is moved to NEW from %s', (from) =>
    expect(codeOf(from, NEW)).toBe('STATUS_NOT_ALLOWED'),
  );
  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED])('CLOSED is never left for %s', (to) =>
    expect(codeOf(CLOSED, to)).toBe('TICKET_CLOSED'),
  );
  test.each([NEW, OPEN, PENDING, SOLVED])(
    'while ON_HOLD is off nothing goes there from %s',
    (from) => expect(codeOf(from, ON_HOLD, false)).toBe('ON_HOLD_DISABLED'),
  );
  test('a requester’s message brings a waiting ticket back to work and leaves the others where they are', () => {
    expect([NEW, OPEN, PENDING, ON_HOLD, SOLVED].map(statusAfterRequesterReply)).toEqual([
      NEW,
      OPEN,
      OPEN,
      OPEN,
      OPEN,
    ]);
  });
});

test('the first act of an agent takes a ticket out of NEW and leaves all others where they are', () => {
  expect([NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED].map(statusAfterAgentAction)).toEqual([
    OPEN,
    OPEN,
    PENDING,
    ON_HOLD,
    SOLVED,
    CLOSED,
  ]);
});

describe('what hangs on a status', () => {
  const now = new Date('2027-01-01T00:00:00Z');
  const before = new Date('2026-12-24T00:00:00Z');
  const solution = { by: 'agt_a', code: ResolutionCode.INCIDENT, text: 'Done' };
  const ticketIn = (status: TicketStatus): Ticket => {
    const ticket = Object.assign(new Ticket(), {
      status: OPEN,
      assigneeId: 'agt_b',
      waitingSince: before,
    });
    if (status === SOLVED || status === CLOSED)
      applyStatus(ticket, SOLVED, before, 'P28D', solution);
    return Object.assign(ticket, { status, waitingSince: before });
  };
  const hanging = ({
    solvedAt,
    solvedById,
    resolutionCode,
    resolutionText,
    closesAt,
    closedAt,
    reopenCount,
  }: Ticket) => ({
    solvedAt,
    solvedById,
    resolutionCode,
    resolutionText,
    closesAt,
    closedAt,
    reopenCount,
  });
  const nothing = {
    solvedAt: null,
    solvedById: null,
    resolutionCode: null,
    resolutionText: null,
    closesAt: null,
    closedAt: null,
    reopenCount: 0,
  };

  test.each([NEW, OPEN, PENDING, ON_HOLD])(
    '%s → SOLVED says who, why and when it will be closed, and nobody waits any more',
    (from) => {
      const ticket = ticketIn(from);
      applyStatus(ticket, SOLVED, now, 'PT1H', solution);
      const closesAt = new Date('2027-01-01T01:00:00Z');
      const said = {
        solvedAt: now,
        solvedById: 'agt_a',
        resolutionCode: 'INCIDENT',
        resolutionText: 'Done',
        closesAt,
      };
      expect(hanging(ticket)).toEqual({ ...nothing, ...said });
      expect(ticket.waitingSince).toBeNull();
    },
  );
  test.each([OPEN, PENDING, ON_HOLD])('SOLVED → %s takes all of it back and counts', (to) => {
    const ticket = ticketIn(SOLVED);
    applyStatus(ticket, to, now, 'P28D');
    expect(hanging(ticket)).toEqual({ ...nothing, reopenCount: 1 });
    expect(ticket.waitingSince).toEqual(before);
  });
  test('SOLVED → CLOSED keeps what was said and ends the wait for it', () => {
    const ticket = ticketIn(SOLVED);
    applyStatus(ticket, CLOSED, now, 'P28D');
    const said = {
      solvedAt: before,
      solvedById: 'agt_a',
      resolutionCode: 'INCIDENT',
      resolutionText: 'Done',
    };
    expect(hanging(ticket)).toEqual({ ...nothing, ...said, closedAt: now });
  });
  test.each([
    [NEW, OPEN],
    [OPEN, PENDING],
    [PENDING, ON_HOLD],
    [ON_HOLD, OPEN],
  ])('%s → %s touches none of it', (from, to) => {
    const ticket = ticketIn(from);
    expect(applyStatus(ticket, to, now, 'P28D')).toBe(true);
    expect(hanging(ticket)).toEqual(nothing);
    expect(ticket.waitingSince).toEqual(before);
  });
  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED])('%s → the same is no move', (status) => {
    const ticket = ticketIn(status);
    const as = { ...hanging(ticket) };
    expect(applyStatus(ticket, status, now, 'PT1H', solution)).toBe(false);
    expect(hanging(ticket)).toEqual(as);
  });
});
