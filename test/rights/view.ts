import { type Desk, createEntity } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { type Caller, READERS, STAFF, VIEWERS } from './callers.ts';
import type { Rights } from './right.ts';

/** Creates a view that the caller may change. Callers without views get an existing one. */
const freshView = async (
  { view }: Fixtures,
  caller: Caller,
  n: number,
  desk: Desk,
): Promise<string> => {
  if (!VIEWERS.includes(caller)) return view.id;
  const who = caller === 'light' || caller === 'agent' ? caller : 'admin';
  const input = { name: `Fresh ${n}`, filter: {}, sharing: who === 'admin' ? 'PUBLIC' : 'PRIVATE' };
  return createEntity(desk, who, 'viewCreate', 'view', input);
};

export const view = {
  visibility: {
    view: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  queries: {
    views: {
      allowed: [...STAFF, 'partner', 'reader'],
      lookups: { all: { kind: 'view', args: () => ({}) } },
    },
  },
  mutations: {
    viewCreate: {
      allowed: VIEWERS,
      input: ({ department }, caller, n) => ({
        name: `View ${n}`,
        filter: {},
        ...(caller === 'admin' && { sharing: 'DEPARTMENT', departmentId: department.id }),
      }),
    },
    viewUpdate: {
      allowed: VIEWERS,
      input: async (fixtures, caller, n, desk) =>
        caller === 'admin'
          ? {
              id: await freshView(fixtures, caller, n, desk),
              sharing: 'DEPARTMENT',
              departmentId: fixtures.department.id,
            }
          : { id: fixtures.view.id, isDefault: n % 2 === 0 },
    },
    viewDelete: {
      allowed: VIEWERS,
      input: async (fixtures, caller, n, desk) => ({
        id: await freshView(fixtures, caller, n, desk),
      }),
    },
  },
} satisfies Rights;
