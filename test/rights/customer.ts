import { AGENTS, READERS, STAFF } from './callers.ts';
import { eq, type Rights } from './right.ts';

export const customer = {
  visibility: {
    customer: {
      own: [...READERS, 'customer', 'partner', 'clerk'],
      others: [...READERS, 'partner', 'clerk'],
    },
    organization: {
      own: [...READERS, 'customer', 'partner', 'clerk'],
      others: [...READERS, 'partner', 'clerk'],
    },
  },
  queries: {
    customer: {
      allowed: [...STAFF, 'customer', 'partner', 'clerk'],
      lookups: {
        id: { kind: 'customer', args: ({ customer }) => ({ id: customer.id }) },
        identity: {
          kind: 'customer',
          args: ({ email }) => ({ identity: { kind: 'EMAIL', value: email } }),
        },
      },
    },
    customers: {
      allowed: [...READERS, 'partner', 'clerk'],
      lookups: {
        all: { kind: 'customer', args: () => ({ first: 100 }) },
        id: { kind: 'customer', args: ({ customer }) => ({ filter: { id: eq(customer.id) } }) },
        address: { kind: 'customer', args: ({ email }) => ({ filter: { email: eq(email) } }) },
        organization: {
          kind: 'customer',
          args: ({ organization }) => ({ filter: { organizationId: eq(organization.id) } }),
        },
      },
    },
    organization: {
      allowed: [...STAFF, 'customer', 'partner', 'clerk'],
      lookups: {
        id: { kind: 'organization', args: ({ organization }) => ({ id: organization.id }) },
        domain: {
          kind: 'organization',
          args: ({ organization }) => ({ domain: `${organization.marker}.example` }),
        },
      },
    },
    organizations: {
      allowed: [...READERS, 'partner', 'clerk'],
      lookups: {
        all: { kind: 'organization', args: () => ({}) },
        words: {
          kind: 'organization',
          args: ({ organization }) => ({ text: organization.marker }),
        },
      },
    },
  },
  fields: {
    'Organization.customers': {
      from: 'organization',
      type: 'Organization',
      select: 'customers { totalCount }',
    },
  },
  mutations: {
    customerCreate: {
      allowed: [...AGENTS, 'partner'],
      input: ({ organization }, _, n) => ({
        name: `Customer ${n}`,
        organizationIds: [organization.id],
      }),
    },
    customerUpdate: {
      allowed: ['customer', ...AGENTS, 'partner'],
      input: ({ customer, organization }, caller) => ({
        id: customer.id,
        name: 'Somebody',
        ...(caller !== 'customer' && { organizationIds: [organization.id] }),
      }),
    },
    customerUpsert: {
      allowed: [...AGENTS, 'partner'],
      input: (_, __, n) => ({
        identity: { kind: 'EMAIL', value: `upsert${n}@desk.example` },
        onCreate: { name: 'New' },
        onUpdate: {},
      }),
    },
    organizationCreate: {
      allowed: [...AGENTS, 'partner'],
      input: (_, __, n) => ({ name: `Organization ${n}` }),
    },
    organizationUpdate: {
      allowed: [...AGENTS, 'partner'],
      input: ({ organization }, _, n) => ({ id: organization.id, tier: `tier ${n}` }),
    },
  },
} satisfies Rights;
