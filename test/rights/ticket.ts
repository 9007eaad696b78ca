import { type Desk, createEntity } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS, READERS, STAFF } from './callers.ts';
import { eq, FAR_FUTURE, type Rights } from './right.ts';
import { freshFile } from './attachment.ts';

export const freshTicket = async (
  { customer }: Fixtures,
  n: number,
  desk: Desk,
  isDeleted = false,
): Promise<string> => {
  const input = { subject: `Fresh ${n}`, body: 'Fresh.', requester: { customerId: customer.id } };
  const id = await createEntity(desk, 'partner', 'ticketCreate', 'ticket', input);
  if (isDeleted) await desk.mutate('partner', 'ticketDelete', { id });
  return id;
};

const freshSolved = async (fixtures: Fixtures, n: number, desk: Desk): Promise<string> => {
  const id = await freshTicket(fixtures, n, desk);
  await desk.mutate('partner', 'ticketStatusChange', {
    id,
    status: 'SOLVED',
    resolutionCode: 'SELF_SERVICE',
  });
  return id;
};

export const ticket = {
  visibility: {
    ticket: {
      own: [...READERS, 'customer', 'partner', 'reader'],
      others: [...READERS, 'partner', 'reader'],
    },
  },
  queries: {
    ticket: {
      allowed: [...READERS, 'customer', 'partner', 'reader'],
      lookups: {
        id: { kind: 'ticket', args: ({ ticket }) => ({ id: ticket.id }) },
        number: { kind: 'ticket', args: ({ number }) => ({ number }), foreign: false },
      },
    },
    ticketEvents: {
      allowed: [...READERS, 'customer', 'partner', 'reader'],
      lookups: {
        id: {
          kind: 'ticket',
          args: ({ ticket }) => ({ filter: { id: eq(ticket.id) }, first: 100 }),
        },
      },
    },
    eventCursor: { allowed: [...READERS, 'customer', 'partner', 'reader'], lookups: {} },
    tickets: {
      allowed: [...READERS, 'customer', 'partner', 'reader'],
      lookups: {
        all: { kind: 'ticket', args: () => ({ first: 100 }) },
        id: { kind: 'ticket', args: ({ ticket }) => ({ filter: { id: eq(ticket.id) } }) },
        subject: { kind: 'ticket', args: ({ ticket }) => ({ filter: { text: ticket.marker } }) },
        'words of a message': {
          kind: 'message',
          args: ({ message }) => ({ filter: { text: message.marker } }),
        },
        'words of a note': {
          kind: 'note',
          args: ({ note }) => ({ filter: { text: note.marker } }),
        },
        requester: {
          kind: 'ticket',
          args: ({ customer }) => ({ filter: { requesterId: eq(customer.id) } }),
        },
        department: {
          kind: 'ticket',
          args: ({ department }) => ({ filter: { departmentId: eq(department.id) } }),
        },
        category: {
          kind: 'ticket',
          args: ({ category }) => ({ filter: { categoryId: eq(category.id) } }),
        },
        'custom field': {
          kind: 'ticket',
          args: ({ field, ticket }) => ({
            filter: { field: [{ fieldId: field.id, text: eq(ticket.marker) }] },
          }),
        },
        number: {
          kind: 'ticket',
          args: ({ number }) => ({ filter: { text: `#${number}` } }),
          foreign: false,
          onlyKind: false,
        },
        organization: {
          kind: 'ticket',
          args: ({ organization }) => ({ filter: { organizationId: eq(organization.id) } }),
        },
        assignee: {
          kind: 'ticket',
          args: ({ agent }) => ({ filter: { assigneeId: eq(agent.id) } }),
        },
        label: { kind: 'tag', args: ({ tag }) => ({ filter: { tag: { any: [tag.marker] } } }) },
      },
    },
    ticketsAt: {
      allowed: [...READERS, 'partner', 'reader'],
      lookups: {
        all: { kind: 'ticket', args: () => ({ time: FAR_FUTURE, first: 100 }) },
        id: {
          kind: 'ticket',
          args: ({ ticket }) => ({ time: FAR_FUTURE, filter: { id: eq(ticket.id) } }),
        },
        label: {
          kind: 'tag',
          args: ({ tag }) => ({ time: FAR_FUTURE, filter: { tag: { any: [tag.marker] } } }),
        },
      },
    },
    // A cluster needs three tickets. Tests of the tickets service cover its visibility.
    ticketClusters: { allowed: [...STAFF, 'partner', 'reader'], lookups: {} },
    // A separate test covers the counted tickets.
    ticketReport: {
      allowed: ['analyst', ...LEADS, 'partner'],
      defaultArgs: () => ({ by: ['STATUS'], measures: ['CREATED'], period: { last: 'P1D' } }),
      lookups: {},
    },
  },
  fields: {
    'Ticket.at': {
      from: 'ticket',
      type: 'Ticket',
      select: `at(time: "${FAR_FUTURE}") { subject }`,
    },
    'Ticket.contributions': { from: 'ticket', type: 'Ticket', select: 'contributions { replies }' },
    'Ticket.diff': {
      from: 'ticket',
      type: 'Ticket',
      select: `diff(from: "2020-01-01T00:00:00Z", to: "${FAR_FUTURE}") { field }`,
    },
    'Ticket.similar': { from: 'ticket', type: 'Ticket', select: 'similar { score }' },
    'Ticket.snooze': { from: 'ticket', type: 'Ticket', select: 'snooze { until }' },
    'TicketEvent.cause': {
      from: 'ticket',
      type: 'Ticket',
      select: 'timeline(first: 1) { nodes { cause { event { id } } } }',
      parentPath: ['timeline', 'nodes', '0'],
    },
  },
  mutations: {
    ticketCreate: {
      allowed: ['customer', ...AGENTS, 'partner'],
      input: async (
        { customer, agent, department, category, form, field, file },
        caller,
        n,
        desk,
      ) => ({
        fields: [{ fieldId: field.id, value: 'x' }],
        attachmentIds: [await freshFile(file.id, caller, n, desk)],
        ccs: [`copy${n}@desk.example`],
        subject: `Ticket ${n}`,
        body: 'Text.',
        formId: form.id,
        categoryId: category.id,
        departmentId: department.id,
        ...(caller !== 'customer' && {
          channel: 'EMAIL',
          requester: { customerId: customer.id },
          assigneeId: agent.id,
        }),
      }),
    },
    ticketUpdate: {
      allowed: [...AGENTS, 'partner'],
      input: ({ ticket, organization, category, field }, _, n) => ({
        fields: [{ fieldId: field.id, value: ticket.marker }],
        id: ticket.id,
        categoryId: category.id,
        organizationId: organization.id,
        product: `Product ${n}`,
      }),
      unchecked: {
        organizationId: 'organizations belong to another service; an unknown id reads as null',
      },
    },
    ticketAssign: {
      allowed: [...AGENTS, 'partner'],
      input: ({ ticket, agent, department }) => ({
        id: ticket.id,
        assigneeId: agent.id,
        departmentId: department.id,
      }),
    },
    ticketNext: {
      allowed: [...AGENTS, 'partner'],
      input: ({ department }) => ({ departmentId: department.id }),
    },
    ticketStatusChange: {
      allowed: [...AGENTS, 'partner'],
      input: ({ ticket, status }) => ({ id: ticket.id, customStatusId: status.id }),
    },
    ticketReopen: {
      allowed: ['customer', ...AGENTS, 'partner'],
      input: async (fixtures, _, n, desk) => ({ id: await freshSolved(fixtures, n, desk) }),
    },
    ticketSnooze: { allowed: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
    ticketWake: { allowed: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
    ticketRequesterChange: {
      allowed: [...AGENTS, 'partner'],
      input: async (fixtures, _, n, desk) => ({
        id: await freshTicket(fixtures, n, desk),
        requester: { customerId: fixtures.customer.id },
      }),
    },
    ticketSpamMark: {
      allowed: [...AGENTS, 'partner'],
      input: ({ ticket }) => ({ id: ticket.id, spam: false }),
    },
    ticketDelete: {
      allowed: [...LEADS, 'partner'],
      input: async (fixtures, _, n, desk) => ({ id: await freshTicket(fixtures, n, desk) }),
    },
    ticketRestore: { allowed: [...LEADS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
    ticketPurge: {
      allowed: ['admin', 'partner'],
      input: async (fixtures, _, n, desk) => ({ id: await freshTicket(fixtures, n, desk, true) }),
    },
    ticketImport: {
      allowed: ['partner'],
      input: ({ customer, agent, department }, _, n) => ({
        externalId: `import ${n}`,
        subject: 'Old',
        body: 'Old text.',
        createdAt: '2026-01-01T00:00:00Z',
        requester: { customerId: customer.id },
        authorId: agent.id,
        assigneeId: agent.id,
        departmentId: department.id,
        history: [
          {
            at: '2026-01-02T00:00:00Z',
            assigneeId: agent.id,
            departmentId: department.id,
            authorId: agent.id,
            body: 'Reply.',
            visibility: 'PUBLIC',
          },
        ],
      }),
    },
  },
} satisfies Rights;
