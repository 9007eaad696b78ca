import { type Desk, made } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { AGENTS, type Caller, LEADS } from './callers.ts';
import type { Rights } from './right.ts';

/** A stored answer of the department that agent and lead work in. */
const freshCanned = (n: number, desk: Desk): Promise<string> => {
  const input = { title: `Fresh ${n}`, body: 'Hello', departmentId: desk.departments.sales };
  return made(desk, 'admin', 'cannedResponseCreate', 'cannedResponse', input);
};

const freshMacro = (n: number, desk: Desk): Promise<string> => {
  const input = {
    name: `Fresh ${n}`,
    actions: [{ note: 'Text.' }],
    departmentId: desk.departments.sales,
  };
  return made(desk, 'admin', 'macroCreate', 'macro', input);
};

/** Everything that an action can name. */
export const actionOn = ({
  category,
  department,
  agent,
  canned,
  status,
  field,
}: Things): object => ({
  fields: [{ fieldId: field.id, value: 'x' }],
  customStatusId: status.id,
  categoryId: category.id,
  departmentId: department.id,
  assigneeId: agent.id,
  replyId: canned.id,
  notifyAgentIds: [agent.id],
});

export const macro = {
  exists: {
    canned: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
    macro: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
    job: { own: LEADS, others: LEADS },
  },
  queries: {
    cannedResponses: {
      may: [...AGENTS, 'partner', 'reader'],
      ways: {
        all: { kind: 'canned', args: () => ({}) },
        words: { kind: 'canned', args: ({ canned }) => ({ text: canned.mark }) },
      },
    },
    macros: {
      may: [...AGENTS, 'partner', 'reader'],
      ways: { all: { kind: 'macro', args: () => ({}) } },
    },
    bulkJob: {
      may: [...AGENTS, 'partner', 'reader'],
      ways: { id: { kind: 'job', args: ({ job }) => ({ id: job.id }) } },
    },
    // Whose tickets they may be is asked of the mutations that they try.
    ticketsUpdatePreview: {
      may: [...AGENTS, 'partner', 'reader'],
      plain: ({ ticket }) => ({ input: { ids: [ticket.id], action: { priority: 'HIGH' } } }),
      ways: {},
    },
  },
  fields: {
    'Ticket.suggestedMacros': {
      from: 'ticket',
      type: 'Ticket',
      select: 'suggestedMacros { id }',
      least: 'agent',
    },
  },
  mutations: {
    cannedResponseCreate: {
      may: [...AGENTS, 'partner'],
      input: (_, __, n, desk) => ({
        title: `Answer ${n}`,
        body: 'Hello {{requester.name}}',
        departmentId: desk.departments.sales,
      }),
    },
    cannedResponseUpdate: {
      may: [...AGENTS, 'partner'],
      input: async (_, __, n, desk) => ({
        id: await freshCanned(n, desk),
        title: `Answer ${n}`,
        departmentId: desk.departments.sales,
      }),
    },
    cannedResponseDelete: {
      may: [...AGENTS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshCanned(n, desk) }),
    },
    macroCreate: {
      may: [...LEADS, 'partner'],
      input: (things, _, n, desk) => ({
        name: `Macro ${n}`,
        departmentId: desk.departments.sales,
        actions: [actionOn(things)],
      }),
    },
    macroUpdate: {
      may: [...LEADS, 'partner'],
      input: async (things, _, n, desk) => ({
        id: await freshMacro(n, desk),
        name: `Macro ${n}`,
        departmentId: desk.departments.sales,
        actions: [actionOn(things)],
      }),
    },
    macroDelete: {
      may: [...LEADS, 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshMacro(n, desk) }),
    },
    macroApply: {
      may: [...AGENTS, 'partner'],
      input: ({ macro, ticket }) => ({ id: macro.id, ticketId: ticket.id }),
    },
    ticketsUpdate: {
      may: [...AGENTS, 'partner'],
      input: (things) => ({ ids: [things.ticket.id], action: actionOn(things) }),
      unchecked: { 'ids.0': 'a ticket that is not there is told in its result' },
    },
    bulkJobCancel: {
      may: [...AGENTS, 'partner'],
      input: async ({ ticket, job }, caller, _, desk) => {
        if (!AGENTS.includes(caller) && caller !== 'partner') return { id: job.id };
        const input = { ids: [ticket.id], action: { removeTags: ['nothing'] } };
        return {
          id: (
            await desk.done<{ job: { id: string } }>(
              caller as Exclude<Caller, 'nobody'>,
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
