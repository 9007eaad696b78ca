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

describe('status changes by users and apps', () => {
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

  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED])('refuses CLOSED after %s', (from) =>
    expect(codeOf(from, CLOSED)).toBe('CLOSE_BY_HAND'),
  );
  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED])('refuses NEW after %s', (from) =>
    expect(codeOf(from, NEW)).toBe('STATUS_NOT_ALLOWED'),
  );
  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED])('refuses %s after CLOSED', (to) =>
    expect(codeOf(CLOSED, to)).toBe('TICKET_CLOSED'),
  );
  test.each([NEW, OPEN, PENDING, SOLVED])(
    'refuses ON_HOLD after %s while it is not enabled',
    (from) => expect(codeOf(from, ON_HOLD, false)).toBe('ON_HOLD_DISABLED'),
  );
  test('reopens a waiting or solved ticket after a message of the requester, and no other', () => {
    expect([NEW, OPEN, PENDING, ON_HOLD, SOLVED].map(statusAfterRequesterReply)).toEqual([
      NEW,
      OPEN,
      OPEN,
      OPEN,
      OPEN,
    ]);
  });
});

test('opens a NEW ticket after the first action of an agent, and changes no other status', () => {
  expect([NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED].map(statusAfterAgentAction)).toEqual([
    OPEN,
    OPEN,
    PENDING,
    ON_HOLD,
    SOLVED,
    CLOSED,
  ]);
});

describe('fields that depend on the status', () => {
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
  const dependentFields = ({
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
  const unset = {
    solvedAt: null,
    solvedById: null,
    resolutionCode: null,
    resolutionText: null,
    closesAt: null,
    closedAt: null,
    reopenCount: 0,
  };

  test.each([NEW, OPEN, PENDING, ON_HOLD])(
    '%s → SOLVED sets the solver, the resolution and the closing time, and ends the waiting time',
    (from) => {
      const ticket = ticketIn(from);
      applyStatus(ticket, SOLVED, now, 'PT1H', solution);
      const closesAt = new Date('2027-01-01T01:00:00Z');
      const solved = {
        solvedAt: now,
        solvedById: 'agt_a',
        resolutionCode: 'INCIDENT',
        resolutionText: 'Done',
        closesAt,
      };
      expect(dependentFields(ticket)).toEqual({ ...unset, ...solved });
      expect(ticket.waitingSince).toBeNull();
    },
  );
  test.each([OPEN, PENDING, ON_HOLD])('SOLVED → %s clears them and counts the reopening', (to) => {
    const ticket = ticketIn(SOLVED);
    applyStatus(ticket, to, now, 'P28D');
    expect(dependentFields(ticket)).toEqual({ ...unset, reopenCount: 1 });
    expect(ticket.waitingSince).toEqual(before);
  });
  test('SOLVED → CLOSED keeps the resolution and clears the closing time', () => {
    const ticket = ticketIn(SOLVED);
    applyStatus(ticket, CLOSED, now, 'P28D');
    const solved = {
      solvedAt: before,
      solvedById: 'agt_a',
      resolutionCode: 'INCIDENT',
      resolutionText: 'Done',
    };
    expect(dependentFields(ticket)).toEqual({ ...unset, ...solved, closedAt: now });
  });
  test.each([
    [NEW, OPEN],
    [OPEN, PENDING],
    [PENDING, ON_HOLD],
    [ON_HOLD, OPEN],
  ])('%s → %s changes none of them', (from, to) => {
    const ticket = ticketIn(from);
    expect(applyStatus(ticket, to, now, 'P28D')).toBe(true);
    expect(dependentFields(ticket)).toEqual(unset);
    expect(ticket.waitingSince).toEqual(before);
  });
  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED])(
    '%s → the same status changes nothing',
    (status) => {
      const ticket = ticketIn(status);
      const fields = { ...dependentFields(ticket) };
      expect(applyStatus(ticket, status, now, 'PT1H', solution)).toBe(false);
      expect(dependentFields(ticket)).toEqual(fields);
    },
  );
});
