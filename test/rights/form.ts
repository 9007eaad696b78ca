import { type Desk, createEntity } from '../fixtures/desk.ts';
import { LEADS, READERS, SIGNED_IN, STAFF } from './callers.ts';
import type { Rights } from './right.ts';

const freshTag = (n: number, desk: Desk): Promise<string> =>
  createEntity(desk, 'partner', 'tagCreate', 'tag', { name: `fresh ${n}` });

const freshCategory = (n: number, desk: Desk): Promise<string> =>
  createEntity(desk, 'partner', 'ticketCategoryCreate', 'ticketCategory', { name: `Fresh ${n}` });

const freshField = (n: number, desk: Desk): Promise<string> => {
  const input = { key: `fresh_${n}`, label: `Fresh ${n}`, kind: 'TEXT' };
  return createEntity(desk, 'partner', 'ticketFieldCreate', 'ticketField', input);
};

const freshForm = (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, fields: [] };
  return createEntity(desk, 'partner', 'ticketFormCreate', 'ticketForm', input);
};

const freshStatus = (n: number, desk: Desk): Promise<string> => {
  const input = { base: 'OPEN', label: `Fresh ${n}`, requesterLabel: 'Fresh' };
  return createEntity(desk, 'partner', 'customStatusCreate', 'customStatus', input);
};

const spares = new WeakMap<Desk, Map<typeof freshField, Promise<string>>>();
/** Returns one entity per desk to change again and again: a workspace may have only a few. */
function spare(make: typeof freshField, desk: Desk): Promise<string> {
  const entities = spares.get(desk) ?? new Map<typeof freshField, Promise<string>>();
  spares.set(desk, entities);
  const entity = entities.get(make) ?? make(0, desk);
  entities.set(make, entity);
  return entity;
}

/** Callers who can read tickets. */
const ASKING = SIGNED_IN.filter((caller) => caller !== 'clerk');

export const form = {
  visibility: {
    tag: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
    category: { own: ASKING, others: ASKING },
    field: { own: ASKING, others: ASKING },
    // Requesters can see all forms.
    form: { own: ASKING, others: ASKING },
    // Requesters read the status on the ticket, under its requester label.
    status: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  queries: {
    ticketCategories: {
      allowed: [...READERS, 'customer', 'partner', 'reader'],
      lookups: { all: { kind: 'category', args: () => ({}) } },
    },
    ticketFields: {
      allowed: [...READERS, 'customer', 'partner', 'reader'],
      lookups: { all: { kind: 'field', args: () => ({}) } },
    },
    ticketForms: {
      allowed: [...STAFF, 'customer', 'partner', 'reader'],
      lookups: { all: { kind: 'form', args: () => ({}) } },
    },
    customStatuses: {
      allowed: [...READERS, 'partner', 'reader'],
      lookups: { all: { kind: 'status', args: () => ({}) } },
    },
    tags: {
      allowed: [...READERS, 'partner', 'reader'],
      lookups: {
        all: { kind: 'tag', args: () => ({}) },
        'by beginning': { kind: 'tag', args: ({ tag }) => ({ text: tag.marker.slice(0, 8) }) },
      },
    },
  },
  fields: {
    'Ticket.tags': { from: 'ticket', type: 'Ticket', select: 'tags { id }' },
  },
  mutations: {
    tagCreate: {
      allowed: [...LEADS, 'partner'],
      input: (_, __, n) => ({ name: `tag ${n}`, color: '#00aaff' }),
    },
    tagUpdate: {
      allowed: [...LEADS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshTag(n, desk), name: `renamed ${n}` }),
    },
    tagDelete: {
      allowed: [...LEADS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshTag(n, desk) }),
    },
    ticketCategoryCreate: {
      allowed: ['admin', 'partner'],
      input: ({ category, department }, _, n) => ({
        name: `Category ${n}`,
        parentId: category.id,
        departmentId: department.id,
      }),
    },
    ticketCategoryUpdate: {
      allowed: ['admin', 'partner'],
      input: async ({ category, department }, _, __, desk) => ({
        id: category.id,
        parentId: await spare(freshCategory, desk),
        departmentId: department.id,
        priority: 'HIGH',
      }),
    },
    ticketCategoryDelete: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshCategory(n, desk) }),
    },
    ticketFieldCreate: {
      allowed: ['admin', 'partner'],
      input: (_, __, n) => ({ key: `field_${n}`, label: `Field ${n}`, kind: 'NUMBER' }),
    },
    ticketFieldUpdate: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({
        id: await spare(freshField, desk),
        label: `Renamed ${n}`,
      }),
    },
    ticketFieldDelete: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshField(n, desk) }),
    },
    ticketFormCreate: {
      allowed: ['admin', 'partner'],
      input: ({ field }, _, n) => ({
        name: `Form ${n}`,
        fields: [{ fieldId: field.id, required: 'SOLVE', roles: ['LEAD'] }],
      }),
    },
    ticketFormUpdate: {
      allowed: ['admin', 'partner'],
      input: async ({ field }, _, __, desk) => ({
        id: await spare(freshForm, desk),
        fields: [{ fieldId: field.id }],
      }),
    },
    ticketFormDelete: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshForm(n, desk) }),
    },
    customStatusCreate: {
      allowed: ['admin', 'partner'],
      input: (_, __, n) => ({ base: 'SOLVED', label: `Status ${n}`, requesterLabel: 'Done' }),
    },
    customStatusUpdate: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({
        id: await spare(freshStatus, desk),
        label: `Renamed ${n}`,
      }),
    },
    customStatusDelete: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshStatus(n, desk) }),
    },
  },
} satisfies Rights;
