import { type Desk, made } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { AGENTS, type Caller, LEADS, READERS } from './callers.ts';
import type { Rights } from './right.ts';

const freshPath = (n: number, desk: Desk): Promise<string> => {
  const input = {
    name: `Fresh ${n}`,
    filter: { number: { eq: -1 } },
    steps: [{ departmentId: desk.departments.sales, after: 'PT1H' }],
  };
  return made(desk, 'partner', 'escalationPathCreate', 'escalationPath', input);
};

/** A step leads to one of the two; each comes first for somebody. */
const stepsTo = ({ agent, department }: Things, caller: Caller): object[] => {
  const steps = [
    { agentId: agent.id, after: 'PT1H' },
    { departmentId: department.id, after: 'PT1H' },
  ];
  return caller === 'admin' ? steps : steps.toReversed();
};

export const escalation = {
  exists: {
    path: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  queries: {
    escalationPaths: {
      may: [...LEADS, 'partner'],
      ways: { all: { kind: 'path', args: () => ({}) } },
    },
  },
  fields: {
    'Ticket.escalation': { from: 'ticket', type: 'Ticket', select: 'escalation { step }' },
  },
  mutations: {
    escalationPathCreate: {
      may: ['admin', 'partner'],
      input: (things, caller, n) => ({
        name: `Path ${n}`,
        filter: { number: { eq: -1 } },
        steps: stepsTo(things, caller),
      }),
    },
    escalationPathUpdate: {
      may: ['admin', 'partner'],
      input: (things, caller, n) => ({
        id: things.path.id,
        name: `Path ${n}`,
        steps: stepsTo(things, caller),
      }),
    },
    escalationPathDelete: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshPath(n, desk) }),
    },
    ticketEscalate: {
      may: [...AGENTS, 'partner'],
      input: ({ ticket, agent }, _, n) => ({
        id: ticket.id,
        reason: `Reason ${n}`,
        toAgentId: agent.id,
      }),
    },
  },
} satisfies Rights;
