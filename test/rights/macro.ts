import { type Desk, createEntity } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { AGENTS, type Caller, LEADS } from './callers.ts';
import type { Rights } from './right.ts';

/** Creates a canned response of the department of `agent` and `lead`. */
const freshCanned = (n: number, desk: Desk): Promise<string> => {
  const input = { title: `Fresh ${n}`, body: 'Hello', departmentId: desk.departments.sales };
  return createEntity(desk, 'admin', 'cannedResponseCreate', 'cannedResponse', input);
};

const freshMacro = (n: number, desk: Desk): Promise<string> => {
  const input = {
    name: `Fresh ${n}`,
    actions: [{ note: 'Text.' }],
    departmentId: desk.departments.sales,
  };
  return createEntity(desk, 'admin', 'macroCreate', 'macro', input);
};

/** An action that sets every id. */
export const actionOn = ({
  category,
  department,
  agent,
  canned,
  status,
  field,
}: Fixtures): object => ({
  fields: [{ fieldId: field.id, value: 'x' }],
  customStatusId: status.id,
  categoryId: category.id,
  departmentId: department.id,
  assigneeId: agent.id,
  replyId: canned.id,
  notifyAgentIds: [agent.id],
});

export const macro = {
  visibility: {
    canned: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
    macro: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
    job: { own: LEADS, others: LEADS },
  },
  queries: {
    cannedResponses: {
      allowed: [...AGENTS, 'partner', 'reader'],
      lookups: {
        all: { kind: 'canned', args: () => ({}) },
        words: { kind: 'canned', args: ({ canned }) => ({ text: canned.marker }) },
      },
    },
    macros: {
      allowed: [...AGENTS, 'partner', 'reader'],
      lookups: { all: { kind: 'macro', args: () => ({}) } },
    },
    bulkJob: {
      allowed: [...AGENTS, 'partner', 'reader'],
      lookups: { id: { kind: 'job', args: ({ job }) => ({ id: job.id }) } },
    },
    // The mutations that it previews cover the visibility of tickets.
    ticketsUpdatePreview: {
      allowed: [...AGENTS, 'partner', 'reader'],
      defaultArgs: ({ ticket }) => ({ input: { ids: [ticket.id], action: { priority: 'HIGH' } } }),
      lookups: {},
    },
  },
  fields: {
    'Ticket.suggestedMacros': {
      from: 'ticket',
      type: 'Ticket',
      select: 'suggestedMacros { id }',
      leastRole: 'agent',
    },
  },
  mutations: {
    cannedResponseCreate: {
      allowed: [...AGENTS, 'partner'],
      input: (_, __, n, desk) => ({
        title: `Answer ${n}`,
        body: 'Hello {{requester.name}}',
        departmentId: desk.departments.sales,
      }),
    },
    cannedResponseUpdate: {
      allowed: [...AGENTS, 'partner'],
      input: async (_, __, n, desk) => ({
        id: await freshCanned(n, desk),
        title: `Answer ${n}`,
        departmentId: desk.departments.sales,
      }),
    },
    cannedResponseDelete: {
      allowed: [...AGENTS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshCanned(n, desk) }),
    },
    macroCreate: {
      allowed: [...LEADS, 'partner'],
      input: (fixtures, _, n, desk) => ({
        name: `Macro ${n}`,
        departmentId: desk.departments.sales,
        actions: [actionOn(fixtures)],
      }),
    },
    macroUpdate: {
      allowed: [...LEADS, 'partner'],
      input: async (fixtures, _, n, desk) => ({
        id: await freshMacro(n, desk),
        name: `Macro ${n}`,
        departmentId: desk.departments.sales,
        actions: [actionOn(fixtures)],
      }),
    },
    macroDelete: {
      allowed: [...LEADS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshMacro(n, desk) }),
    },
    macroApply: {
      allowed: [...AGENTS, 'partner'],
      input: ({ macro, ticket }) => ({ id: macro.id, ticketId: ticket.id }),
    },
    ticketsUpdate: {
      allowed: [...AGENTS, 'partner'],
      input: (fixtures) => ({ ids: [fixtures.ticket.id], action: actionOn(fixtures) }),
      unchecked: { 'ids.0': 'the result of the job reports unknown tickets' },
    },
    bulkJobCancel: {
      allowed: [...AGENTS, 'partner'],
      input: async ({ ticket, job }, caller, _, desk) => {
        if (!AGENTS.includes(caller) && caller !== 'partner') return { id: job.id };
        const input = { ids: [ticket.id], action: { removeTags: ['nothing'] } };
        return {
          id: (
            await desk.mutate<{ job: { id: string } }>(
              caller as Exclude<Caller, 'anonymous'>,
              'ticketsUpdate',
              input,
              'job { id }',
            )
          ).job.id,
        };
      },
    },
  },
} satisfies Rights;
