import { type Desk, createEntity } from '../fixtures/desk.ts';
import { LEADS, READERS, SIGNED_IN } from './callers.ts';
import type { Rights } from './right.ts';

const freshAgent = (n: number, desk: Desk): Promise<string> => {
  const input = { email: `fresh${n}@desk.example`, name: `Fresh ${n}`, role: 'AGENT' };
  return createEntity(desk, 'partner', 'agentInvite', 'agent', input);
};

const freshDepartment = (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}` };
  return createEntity(desk, 'partner', 'departmentCreate', 'department', input);
};

const freshAccess = (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, base: 'AGENT', scopes: ['tickets:read'] };
  return createEntity(desk, 'partner', 'accessRoleCreate', 'accessRole', input);
};

export const agent = {
  visibility: {
    access: { own: [...LEADS, 'partner'], others: [...LEADS, 'partner'] },
    // A customer can see the agents of their own tickets.
    agent: { own: SIGNED_IN, others: SIGNED_IN.filter((caller) => caller !== 'customer') },
    department: { own: SIGNED_IN, others: SIGNED_IN },
  },
  queries: {
    accessRoles: {
      allowed: ['admin', 'partner'],
      lookups: { all: { kind: 'access', args: () => ({}) } },
    },
    agents: {
      allowed: [...READERS, 'partner', 'reader'],
      lookups: {
        all: { kind: 'agent', args: () => ({ first: 100 }) },
        'of a department': {
          kind: 'agent',
          args: ({ department }) => ({ departmentIds: [department.id] }),
        },
      },
    },
    departments: {
      allowed: [...READERS, 'customer', 'partner', 'reader'],
      lookups: { all: { kind: 'department', args: () => ({}) } },
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
      leastRole: 'lead',
    },
    'Agent.email': { from: 'agent', type: 'Agent', select: 'email' },
    'Agent.role': { from: 'agent', type: 'Agent', select: 'role' },
    'Agent.tickets': { from: 'agent', type: 'Agent', select: 'tickets { totalCount }' },
  },
  mutations: {
    agentInvite: {
      allowed: ['admin', 'partner'],
      input: ({ department, access }, _, n) => ({
        email: `n${n}@desk.example`,
        name: `N ${n}`,
        role: 'AGENT',
        accessRoleId: access.id,
        departmentIds: [department.id],
      }),
    },
    agentUpdate: {
      allowed: [...LEADS, 'partner'],
      input: ({ agent, department, access }, caller) => ({
        id: agent.id,
        departmentIds: [department.id],
        locale: 'sl',
        ...(caller !== 'lead' && { role: 'AGENT', accessRoleId: access.id }),
      }),
    },
    agentDeactivate: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshAgent(n, desk) }),
    },
    accessRoleCreate: {
      allowed: ['admin', 'partner'],
      input: ({ department }, _, n) => ({
        name: `Access ${n}`,
        base: 'AGENT',
        scopes: ['tickets:read'],
        filter: { departmentId: { eq: department.id } },
      }),
    },
    accessRoleUpdate: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshAccess(n, desk), name: `Access ${n}` }),
    },
    accessRoleDelete: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshAccess(n, desk) }),
    },
    departmentCreate: {
      allowed: ['admin', 'partner'],
      input: ({ agent }, _, n) => ({ name: `Department ${n}`, agentIds: [agent.id] }),
    },
    departmentUpdate: {
      allowed: ['admin', 'partner'],
      input: async ({ agent }, _, n, desk) => ({
        id: await freshDepartment(n, desk),
        name: `Renamed ${n}`,
        agentIds: [agent.id],
      }),
    },
    departmentDelete: {
      allowed: ['admin', 'partner'],
      input: async (_, __, n, desk) => ({ id: await freshDepartment(n, desk) }),
    },
  },
} satisfies Rights;
