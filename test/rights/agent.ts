import { type Desk, made } from '../fixtures/desk.ts';
import { LEADS, READERS, SIGNED_IN } from './callers.ts';
import type { Rights } from './right.ts';

const freshAgent = (n: number, desk: Desk): Promise<string> => {
  const input = { email: `fresh${n}@desk.example`, name: `Fresh ${n}`, role: 'AGENT' };
  return made(desk, 'partner', 'agentInvite', 'agent', input);
};

const freshDepartment = (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}` };
  return made(desk, 'partner', 'departmentCreate', 'department', input);
};

const freshAccess = (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, base: 'AGENT', scopes: ['tickets:read'] };
  return made(desk, 'partner', 'accessRoleCreate', 'accessRole', input);
};

export const agent = {
  exists: {
    access: { own: [...LEADS, 'partner'], others: [...LEADS, 'partner'] },
    // A customer knows the agents of his own tickets.
    agent: { own: SIGNED_IN, others: SIGNED_IN.filter((caller) => caller !== 'customer') },
    department: { own: SIGNED_IN, others: SIGNED_IN },
  },
  queries: {
    accessRoles: { may: ['admin', 'partner'], ways: { all: { kind: 'access', args: () => ({}) } } },
    agents: {
      may: [...READERS, 'partner', 'reader'],
      ways: {
        all: { kind: 'agent', args: () => ({ first: 100 }) },
        'of a department': {
          kind: 'agent',
          args: ({ department }) => ({ departmentIds: [department.id] }),
        },
      },
    },
    departments: {
      may: [...READERS, 'customer', 'partner', 'reader'],
      ways: { all: { kind: 'department', args: () => ({}) } },
    },
  },
  fields: {
    'Department.agents': {
      from: 'department',
      type: 'Department',
      select: 'agents { totalCount }',
    },
    'Department.tickets': {
      from: 'department',
      type: 'Department',
      select: 'tickets { totalCount }',
    },
    'Agent.accessRole': {
      from: 'agent',
      type: 'Agent',
      select: 'accessRole { id }',
      least: 'lead',
    },
    'Agent.email': { from: 'agent', type: 'Agent', select: 'email' },
    'Agent.role': { from: 'agent', type: 'Agent', select: 'role' },
    'Agent.tickets': { from: 'agent', type: 'Agent', select: 'tickets { totalCount }' },
  },
  mutations: {
    agentInvite: {
      may: ['admin', 'partner'],
      input: ({ department, access }, _, n) => ({
        email: `n${n}@desk.example`,
        name: `N ${n}`,
        role: 'AGENT',
        accessRoleId: access.id,
        departmentIds: [department.id],
      }),
    },
    agentUpdate: {
      may: [...LEADS, 'partner'],
      input: ({ agent, department, access }, caller) => ({
        id: agent.id,
        departmentIds: [department.id],
        locale: 'sl',
        ...(caller !== 'lead' && { role: 'AGENT', accessRoleId: access.id }),
      }),
    },
    agentDeactivate: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshAgent(n, desk) }),
    },
    accessRoleCreate: {
      may: ['admin', 'partner'],
      input: ({ department }, _, n) => ({
        name: `Access ${n}`,
        base: 'AGENT',
        scopes: ['tickets:read'],
        filter: { departmentId: { eq: department.id } },
      }),
    },
    accessRoleUpdate: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshAccess(n, desk), name: `Access ${n}` }),
    },
    accessRoleDelete: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshAccess(n, desk) }),
    },
    departmentCreate: {
      may: ['admin', 'partner'],
      input: ({ agent }, _, n) => ({ name: `Department ${n}`, agentIds: [agent.id] }),
    },
    departmentUpdate: {
      may: ['admin', 'partner'],
      input: async ({ agent }, _, n, desk) => ({
        id: await freshDepartment(n, desk),
        name: `Renamed ${n}`,
        agentIds: [agent.id],
      }),
    },
    departmentDelete: {
      may: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshDepartment(n, desk) }),
    },
  },
} satisfies Rights;
