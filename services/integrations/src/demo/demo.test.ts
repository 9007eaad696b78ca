import { expect, test } from '@jest/globals';
import type { Shop } from './open.ts';
import { shopCustomers, shopDepartments, shopStaff } from './shop.ts';
import { demoTickets } from './import-story.ts';

const ids = (things: object): Map<string, string> =>
  new Map(Object.keys(things).map((key) => [key, `id of ${key}`]));
const shop: Shop = {
  departments: ids(shopDepartments),
  agents: ids(shopStaff),
  customers: ids(shopCustomers),
};
const now = Date.parse('2025-06-01T12:00:00Z');

test('the stories are the same each time, seen from the present', () => {
  const later = 86_400_000;
  const moved = JSON.stringify(demoTickets(shop, now)).replaceAll(
    /"(\d{4}-[^"]+Z)"/g,
    (_, at: string) => `"${new Date(Date.parse(at) + later).toISOString()}"`,
  );
  expect(JSON.stringify(demoTickets(shop, now + later))).toBe(moved);
});

test('every story names people and departments that there are, and goes forward in time up to the present', () => {
  const tickets = demoTickets(shop, now) as (ReturnType<typeof demoTickets>[number] & {
    requester: object;
    departmentId: string;
    locale: string;
  })[];
  expect(tickets).toHaveLength(60);
  expect(new Set(tickets.map((ticket) => ticket.externalId)).size).toBe(60);
  expect(new Set(tickets.map((ticket) => ticket.locale))).toEqual(
    new Set(['en', 'sl', 'pt', 'zh-Hans', 'zh-Hant']),
  );
  for (const { externalId, requester, departmentId, createdAt, history } of tickets) {
    expect([externalId, requester, departmentId]).toEqual([
      externalId,
      { customerId: expect.any(String) },
      expect.any(String),
    ]);
    const times = [createdAt, ...history.map(({ at }) => at)];
    expect([externalId, times]).toEqual([externalId, times.toSorted()]);
    expect(Date.parse(times.at(-1)!)).toBeLessThanOrEqual(now);
    for (const { authorId, visibility, body } of history)
      if (visibility === 'PRIVATE')
        expect([externalId, body, authorId]).toEqual([externalId, body, expect.any(String)]);
  }
  const last = tickets.map(
    ({ history }) => history.findLast(({ status }) => status)?.status ?? 'NEW',
  );
  // ON_HOLD is disabled by default and could not be disabled again while a ticket has that status.
  expect(new Set(last)).toEqual(new Set(['NEW', 'OPEN', 'PENDING', 'SOLVED', 'CLOSED']));
});
