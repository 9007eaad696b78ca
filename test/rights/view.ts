import { type Desk, made } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { type Caller, READERS, STAFF, VIEWERS } from './callers.ts';
import type { Rights } from './right.ts';

/** A view that the caller may change, if he may change any. */
const freshView = async (
  { view }: Things,
  caller: Caller,
  n: number,
  desk: Desk,
): Promise<string> => {
  if (!VIEWERS.includes(caller)) return view.id;
  const who = caller === 'light' || caller === 'agent' ? caller : 'admin';
  const input = { name: `Fresh ${n}`, filter: {}, sharing: who === 'admin' ? 'PUBLIC' : 'PRIVATE' };
  return made(desk, who, 'viewCreate', 'view', input);
};

export const view = {
  exists: {
    view: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  queries: {
    views: {
      may: [...STAFF, 'partner', 'reader'],
      ways: { all: { kind: 'view', args: () => ({}) } },
    },
  },
  mutations: {
    viewCreate: {
      may: VIEWERS,
      input: ({ department }, caller, n) => ({
        name: `View ${n}`,
        filter: {},
        ...(caller === 'admin' && { sharing: 'DEPARTMENT', departmentId: department.id }),
      }),
    },
    viewUpdate: {
      may: VIEWERS,
      input: async (things, caller, n, desk) =>
        caller === 'admin'
          ? {
              id: await freshView(things, caller, n, desk),
              sharing: 'DEPARTMENT',
              departmentId: things.department.id,
            }
          : { id: things.view.id, isDefault: n % 2 === 0 },
    },
    viewDelete: {
      may: VIEWERS,
      input: async (things, caller, n, desk) => ({ id: await freshView(things, caller, n, desk) }),
    },
  },
} satisfies Rights;
