import { describe, expect, test } from '@jest/globals';
import { parseInstant } from './instant.ts';
import { expectedFigures as expected } from './expect.ts';
import { type Row, readIncidentLog } from './read.ts';
import { type Adjusted, type Names, translateIncident } from './translate.ts';

const HEADER =
  'number,incident_state,caller_id,opened_at,sys_updated_at,contact_type,location,category,subcategory,u_symptom,impact,urgency,priority,assignment_group,assigned_to';

interface Told {
  number?: string;
  state?: string;
  opened?: string;
  at?: string;
  contact?: string;
  category?: string;
  symptom?: string;
  priority?: string;
  group?: string;
  to?: string;
}

const row = (told: Told): string =>
  [
    told.number ?? 'T1',
    told.state ?? 'New',
    'Ada',
    told.opened ?? '01-03-2024 08:00',
    told.at ?? '01-03-2024 08:00',
    told.contact ?? 'Phone',
    'Attic',
    told.category ?? 'Heating',
    'Boiler',
    told.symptom ?? 'Cold',
    '2 - Medium',
    '3 - Low',
    told.priority ?? '3 - Moderate',
    told.group ?? 'Plumbers',
    told.to ?? '?',
  ].join(',');

const logOf = (...rows: string[]) =>
  readIncidentLog([HEADER, ...rows].join('\n'), new Date('2025-01-01'));
const names: Names = {
  department: (group) => `dep ${group}`,
  agent: (who) => `agt ${who}`,
  customer: (who) => `cus ${who}`,
};
const nothing = (): Adjusted => ({ beforeOpening: 0, afterClosed: 0, newAgain: 0 });

function ticketOf(...rows: Told[]) {
  const log = logOf(...rows.map(row));
  const adjusted = nothing();
  const [first] = log.incidents.values();
  return { ...translateIncident(first as Row[], names, adjusted), adjusted };
}

describe('reading the log', () => {
  test('times are day-first and UTC; a day that does not exist is none', () => {
    expect(parseInstant('29-02-2016 01:16')).toEqual(new Date('2016-02-29T01:16:00Z'));
    for (const text of [
      '29-02-2015 01:16',
      '2016-02-29 01:16',
      '01-13-2016 01:16',
      '01-02-2016 24:00',
      '01-02-2016 10:60',
      '?',
      '',
    ])
      expect(parseInstant(text)).toBeUndefined();
  });

  test('a broken row is refused by its line with the reason, and takes no other along', () => {
    const {
      read: all,
      refused,
      incidents,
    } = logOf(
      row({ number: 'T1' }),
      'T1,New,Ada',
      row({ number: '' }),
      row({ number: '?' }),
      row({ opened: '31-02-2024 08:00' }),
      row({ at: 'yesterday' }),
      row({ at: '02-01-2025 00:00' }),
      row({ state: 'Sleeping' }),
      row({ priority: '9 - Whatever' }),
      `"${row({ number: 'T9' })}`,
      '',
      row({ number: 'T2' }),
    );
    expect(all).toBe(11);
    expect([...incidents.keys()]).toEqual(['T1', 'T2']);
    expect(refused.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '3 3 columns in place of 15',
      '4 no incident number',
      '5 no incident number',
      '6 opened_at is not a time: 31-02-2024 08:00',
      '7 sys_updated_at is not a time: yesterday',
      '8 sys_updated_at lies in the future: 02-01-2025 00:00',
      '9 unknown incident_state: Sleeping',
      '10 unknown priority: 9 - Whatever',
      '11 a quotation mark is not closed',
    ]);
  });

  test('columns are found by name; a file without them is no log', () => {
    const turned = `extra,${HEADER.split(',').toReversed().join(',')}`;
    const log = readIncidentLog(
      `\uFEFF${turned}\r\nx,${row({}).split(',').toReversed().join(',')}\r\n`,
    );
    expect(log.incidents.get('T1')?.[0]).toMatchObject({
      line: 2,
      incident_state: 'New',
      assignment_group: 'Plumbers',
    });
    expect(() => readIncidentLog('name,age\nAda,36')).toThrow(/lacks the columns number/);
  });

  test('rows come in the order of time; those of one minute keep theirs', () => {
    const [rows] = logOf(
      row({ at: '03-03-2024 10:00', state: 'Resolved' }),
      row({ at: '02-03-2024 10:00', state: 'Active' }),
      row({ at: '02-03-2024 10:00', state: 'Awaiting Vendor' }),
    ).incidents.values();
    expect(rows!.map((each) => each.line)).toEqual([3, 4, 2]);
  });
});

describe('an incident as a ticket', () => {
  test('states, priorities, departments and assignees become history at the times of their rows', () => {
    const ticket = ticketOf(
      { at: '01-03-2024 08:00' },
      { at: '01-03-2024 09:00', state: 'Active', to: 'Max', priority: '1 - Critical' },
      { at: '01-03-2024 09:30', state: 'Active', to: 'Max', priority: '1 - Critical' },
      {
        at: '01-03-2024 10:00',
        state: 'Awaiting User Info',
        to: 'Max',
        group: 'Roofers',
        priority: '1 - Critical',
      },
      { at: '01-03-2024 11:00', state: 'Awaiting Evidence', group: '?', priority: '1 - Critical' },
      { at: '01-03-2024 12:00', state: 'Resolved', group: '?', priority: '1 - Critical' },
      { at: '06-03-2024 12:00', state: 'Closed', group: '?', priority: '1 - Critical' },
    );
    expect(ticket).toMatchObject({
      externalId: 'T1',
      subject: 'Heating: Cold',
      requester: { customerId: 'cus Ada' },
      channel: 'CALL',
      status: 'NEW',
      priority: 'NORMAL',
      departmentId: 'dep Plumbers',
      tags: ['incident-log', 'heating'],
      createdAt: '2024-03-01T08:00:00.000Z',
      adjusted: nothing(),
    });
    expect(ticket.body).toContain(
      'Ada got in touch by phone from Attic about Heating, Boiler, Cold. Reported with impact medium and urgency low.',
    );
    expect(ticket.history).toEqual([
      { at: '2024-03-01T09:00:00.000Z', status: 'OPEN', assigneeId: 'agt Max', priority: 'URGENT' },
      { at: '2024-03-01T10:00:00.000Z', status: 'PENDING', departmentId: 'dep Roofers' },
      { at: '2024-03-01T11:00:00.000Z', status: 'ON_HOLD', departmentId: null, assigneeId: null },
      { at: '2024-03-01T12:00:00.000Z', status: 'SOLVED' },
      { at: '2024-03-06T12:00:00.000Z', status: 'CLOSED' },
    ]);
  });

  test('the first row says how it was opened, but for a solution, which has a time', () => {
    expect(ticketOf({ state: 'Awaiting Problem', to: 'Max' })).toMatchObject({
      status: 'ON_HOLD',
      assigneeId: 'agt Max',
      history: [],
    });
    expect(ticketOf({ state: 'Resolved', at: '01-03-2024 15:00' })).toMatchObject({
      status: 'OPEN',
      history: [{ at: '2024-03-01T15:00:00.000Z', status: 'SOLVED' }],
    });
    const assigned = ticketOf({ to: 'Max', at: '01-03-2024 08:05' });
    expect(assigned).toMatchObject({
      status: 'NEW',
      history: [{ at: '2024-03-01T08:05:00.000Z', assigneeId: 'agt Max' }],
    });
    expect(assigned).not.toHaveProperty('assigneeId');
  });

  test('a row older than the opening, New once more and a state after Closed are adjusted and counted', () => {
    const ticket = ticketOf(
      { at: '01-03-2024 07:00', state: 'Active' },
      { at: '01-03-2024 07:30', state: 'Awaiting Vendor' },
      { at: '01-03-2024 09:00', state: 'New' },
      { at: '01-03-2024 10:00', state: 'Closed' },
      { at: '01-03-2024 11:00', state: 'Active' },
    );
    expect(ticket.adjusted).toEqual({ beforeOpening: 2, afterClosed: 1, newAgain: 1 });
    expect(ticket.history.map(({ at, status }) => `${at.slice(11, 16)} ${status}`)).toEqual([
      '08:00 ON_HOLD',
      '09:00 OPEN',
      '10:00 CLOSED',
    ]);
  });

  test('another category is a private note, and the label is the last one', () => {
    const ticket = ticketOf(
      { category: '?' },
      { at: '01-03-2024 09:00', category: 'Roof', symptom: '?' },
    );
    expect(ticket.subject).toBe('Boiler: Cold');
    expect(ticket.history).toEqual([
      { at: '2024-03-01T09:00:00.000Z', body: 'Now: Roof, Boiler.', visibility: 'PRIVATE' },
    ]);
    expect(ticket.tags).toEqual(['incident-log', 'roof']);
  });
});

test('the expected report figures are counted from the rows', () => {
  const log = logOf(
    row({ number: 'A', state: 'New' }),
    row({ number: 'A', state: 'Resolved', at: '01-03-2024 09:00' }),
    row({ number: 'A', state: 'Active', at: '01-03-2024 10:00', group: 'Roofers' }),
    row({ number: 'A', state: 'Resolved', at: '01-03-2024 12:00', group: 'Roofers' }),
    row({ number: 'A', state: 'Closed', at: '06-03-2024 12:00', group: 'Roofers' }),
    row({ number: 'A', state: 'Active', at: '07-03-2024 12:00', group: 'Roofers' }),
    row({ number: 'B', state: 'Closed', at: '01-03-2024 10:00', group: '?' }),
    row({ number: 'C', state: 'Awaiting User Info', opened: '01-03-2024 07:00' }),
    row({ number: 'D', state: 'Resolved', at: '01-03-2024 10:00' }),
    row({ number: 'D', state: 'New', at: '01-03-2024 11:00' }),
  );
  expect(expected(log.incidents.values())).toEqual({
    tickets: 4,
    statuses: new Map([
      ['Closed', 2],
      ['Pending', 1],
      ['Open', 1],
    ]),
    departments: new Map([
      ['Plumbers', 3],
      ['No department', 1],
    ]),
    solved: 2,
    medianSeconds: 3 * 3600,
    from: new Date('2024-03-01T07:00:00Z'),
    to: new Date('2024-03-01T12:01:00Z'),
    lastOpened: new Date('2024-03-01T08:00:00Z'),
  });
});
