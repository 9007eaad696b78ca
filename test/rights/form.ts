import { type Desk, made } from '../fixtures/desk.ts';
import { LEADS, READERS, SIGNED_IN, STAFF } from './callers.ts';
import type { Rights } from './right.ts';

const freshTag = (n: number, desk: Desk): Promise<string> =>
  made(desk, 'partner', 'tagCreate', 'tag', { name: `fresh ${n}` });

const freshCategory = (n: number, desk: Desk): Promise<string> =>
  made(desk, 'partner', 'ticketCategoryCreate', 'ticketCategory', { name: `Fresh ${n}` });

const freshField = (n: number, desk: Desk): Promise<string> => {
  const input = { key: `fresh_${n}`, label: `Fresh ${n}`, kind: 'TEXT' };
  return made(desk, 'partner', 'ticketFieldCreate', 'ticketField', input);
};

const freshForm = (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, fields: [] };
  return made(desk, 'partner', 'ticketFormCreate', 'ticketForm', input);
};

const freshStatus = (n: number, desk: Desk): Promise<string> => {
  const input = { base: 'OPEN', label: `Fresh ${n}`, requesterLabel: 'Fresh' };
  return made(desk, 'partner', 'customStatusCreate', 'customStatus', input);
};

const spares = new WeakMap<Desk, Map<typeof freshField, Promise<string>>>();
/** One to change again and again; a workspace has few. */
function spare(make: typeof freshField, desk: Desk): Promise<string> {
  const kept = spares.get(desk) ?? new Map<typeof freshField, Promise<string>>();
  spares.set(desk, kept);
  const one = kept.get(make) ?? make(0, desk);
  kept.set(make, one);
  return one;
}

/** Whoever may ask for a ticket. */
const ASKING = SIGNED_IN.filter((caller) => caller !== 'clerk');

export const form = {
  exists: {
    tag: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
    category: { own: ASKING, others: ASKING },
    field: { own: ASKING, others: ASKING },
    // All of them are offered to requesters.
    form: { own: ASKING, others: ASKING },
    // Requesters read those of their tickets there, by the name for them.
    status: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  queries: {
    ticketCategories: {
      may: [...READERS, 'customer', 'partner', 'reader'],
      ways: { all: { kind: 'category', args: () => ({}) } },
    },
    ticketFields: {
      may: [...READERS, 'customer', 'partner', 'reader'],
      ways: { all: { kind: 'field', args: () => ({}) } },
    },
    ticketForms: {
      may: [...STAFF, 'customer', 'partner', 'reader'],
      ways: { all: { kind: 'form', args: () => ({}) } },
    },
    customStatuses: {
      may: [...READERS, 'partner', 'reader'],
      ways: { all: { kind: 'status', args: () => ({}) } },
    },
    tags: {
      may: [...READERS, 'partner', 'reader'],
      ways: {
        all: { kind: 'tag', args: () => ({}) },
        'by beginning': { kind: 'tag', args: ({ tag }) => ({ text: tag.mark.slice(0, 8) }) },
      },
    },
  },
  fields: {
    'Ticket.tags': { from: 'ticket', type: 'Ticket', select: 'tags { id }' },
  },
  mutations: {
    tagCreate: {
      may: [...LEADS, 'partner'],
      input: (_, __, n) => ({ name: `tag ${n}`, color: '#00aaff' }),
    },
    tagUpdate: {
      may: [...LEADS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshTag(n, desk), name: `renamed ${n}` }),
    },
    tagDelete: {
      may: [...LEADS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshTag(n, desk) }),
    },
    ticketCategoryCreate: {
      may: ['admin', 'partner'],
      input: ({ category, department }, _, n) => ({
        name: `Category ${n}`,
        parentId: category.id,
        departmentId: department.id,
      }),
    },
    ticketCategoryUpdate: {
      may: ['admin', 'partner'],
      input: async ({ category, department }, _, __, desk) => ({
        id: category.id,
        parentId: await spare(freshCategory, desk),
        departmentId: department.id,
        priority: 'HIGH',
      }),
    },
    ticketCategoryDelete: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshCategory(n, desk) }),
    },
    ticketFieldCreate: {
      may: ['admin', 'partner'],
      input: (_, __, n) => ({ key: `field_${n}`, label: `Field ${n}`, kind: 'NUMBER' }),
    },
    ticketFieldUpdate: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({
        id: await spare(freshField, desk),
        label: `Renamed ${n}`,
      }),
    },
    ticketFieldDelete: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshField(n, desk) }),
    },
    ticketFormCreate: {
      may: ['admin', 'partner'],
      input: ({ field }, _, n) => ({
        name: `Form ${n}`,
        fields: [{ fieldId: field.id, required: 'SOLVE', roles: ['LEAD'] }],
      }),
    },
    ticketFormUpdate: {
      may: ['admin', 'partner'],
      input: async ({ field }, _, __, desk) => ({
        id: await spare(freshForm, desk),
        fields: [{ fieldId: field.id }],
      }),
    },
    ticketFormDelete: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshForm(n, desk) }),
    },
    customStatusCreate: {
      may: ['admin', 'partner'],
      input: (_, __, n) => ({ base: 'SOLVED', label: `Status ${n}`, requesterLabel: 'Done' }),
    },
    customStatusUpdate: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({
        id: await spare(freshStatus, desk),
        label: `Renamed ${n}`,
      }),
    },
    customStatusDelete: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshStatus(n, desk) }),
    },
  },
} satisfies Rights;
