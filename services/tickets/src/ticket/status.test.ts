import { describe, expect, test } from '@jest/globals';
import type { Refusal } from '@deskgraph/common/errors';
import { Workspace } from '../workspace/workspace.ts';
import { afterRequester, allowMove } from './status.ts';
import { TicketStatus } from './words.ts';

const { NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED } = TicketStatus;
const workspace = (onHoldEnabled: boolean): Workspace => Object.assign(new Workspace(), { onHoldEnabled });

function codeOf(from: TicketStatus, to: TicketStatus, onHoldEnabled = true): string {
  try {
    allowMove(from, to, workspace(onHoldEnabled), 'status');
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

  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED])('nobody closes by hand from %s', (from) =>
    expect(codeOf(from, CLOSED)).toBe('CLOSE_BY_HAND'),
  );
  test.each([NEW, OPEN, PENDING, ON_HOLD, SOLVED])('CLOSED is never left for %s', (to) => expect(codeOf(CLOSED, to)).toBe('TICKET_CLOSED'));
  test.each([NEW, OPEN, PENDING, SOLVED])('while ON_HOLD is off nothing goes there from %s', (from) =>
    expect(codeOf(from, ON_HOLD, false)).toBe('ON_HOLD_DISABLED'),
  );
  test('a requester’s message brings a waiting ticket back to work and leaves the others where they are', () => {
    expect([NEW, OPEN, PENDING, ON_HOLD, SOLVED].map(afterRequester)).toEqual([NEW, OPEN, OPEN, OPEN, OPEN]);
  });
});
