import { type Desk, createEntity } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { AGENTS, type Caller, LEADS, READERS } from './callers.ts';
import type { Rights } from './right.ts';

const freshPath = (n: number, desk: Desk): Promise<string> => {
  const input = {
    name: `Fresh ${n}`,
    filter: { number: { eq: -1 } },
    steps: [{ departmentId: desk.departments.sales, after: 'PT1H' }],
  };
  return createEntity(desk, 'partner', 'escalationPathCreate', 'escalationPath', input);
};

/**
 * Steps to an agent and to a department. Their order depends on the caller, so that both come
 * first.
 */
const stepsTo = ({ agent, department }: Fixtures, caller: Caller): object[] => {
  const steps = [
    { agentId: agent.id, after: 'PT1H' },
    { departmentId: department.id, after: 'PT1H' },
  ];
  return caller === 'admin' ? steps : steps.toReversed();
};

export const escalation = {
  visibility: {
    path: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  queries: {
    escalationPaths: {
      allowed: [...LEADS, 'partner'],
      lookups: { all: { kind: 'path', args: () => ({}) } },
    },
  },
  fields: {
    'Ticket.escalation': { from: 'ticket', type: 'Ticket', select: 'escalation { step }' },
  },
  mutations: {
    escalationPathCreate: {
      allowed: ['admin', 'partner'],
      input: (fixtures, caller, n) => ({
        name: `Path ${n}`,
        filter: { number: { eq: -1 } },
        steps: stepsTo(fixtures, caller),
      }),
    },
    escalationPathUpdate: {
      allowed: ['admin', 'partner'],
      input: (fixtures, caller, n) => ({
        id: fixtures.path.id,
        name: `Path ${n}`,
        steps: stepsTo(fixtures, caller),
      }),
    },
    escalationPathDelete: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshPath(n, desk) }),
    },
    ticketEscalate: {
      allowed: [...AGENTS, 'partner'],
      input: ({ ticket, agent }, _, n) => ({
        id: ticket.id,
        reason: `Reason ${n}`,
        toAgentId: agent.id,
      }),
    },
  },
} satisfies Rights;
