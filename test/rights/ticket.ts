import { type Desk, made } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS, READERS, STAFF } from './callers.ts';
import { eq, SOON, type Rights } from './right.ts';
import { freshFile } from './attachment.ts';

export const freshTicket = async (
  { customer }: Things,
  n: number,
  desk: Desk,
  isDeleted = false,
): Promise<string> => {
  const input = { subject: `Fresh ${n}`, body: 'Fresh.', requester: { customerId: customer.id } };
  const id = await made(desk, 'partner', 'ticketCreate', 'ticket', input);
  if (isDeleted) await desk.done('partner', 'ticketDelete', { id });
  return id;
};

const freshSolved = async (things: Things, n: number, desk: Desk): Promise<string> => {
  const id = await freshTicket(things, n, desk);
  await desk.done('partner', 'ticketStatusChange', {
    id,
    status: 'SOLVED',
    resolutionCode: 'SELF_SERVICE',
  });
  return id;
};

export const ticket = {
  exists: {
    ticket: {
      own: [...READERS, 'customer', 'partner', 'reader'],
      others: [...READERS, 'partner', 'reader'],
    },
  },
  queries: {
    ticket: {
      may: [...READERS, 'customer', 'partner', 'reader'],
      ways: {
        id: { kind: 'ticket', args: ({ ticket }) => ({ id: ticket.id }) },
        number: { kind: 'ticket', args: ({ number }) => ({ number }), foreign: false },
      },
    },
    ticketEvents: {
      may: [...READERS, 'customer', 'partner', 'reader'],
      ways: {
        id: {
          kind: 'ticket',
          args: ({ ticket }) => ({ filter: { id: eq(ticket.id) }, first: 100 }),
        },
      },
    },
    eventCursor: { may: [...READERS, 'customer', 'partner', 'reader'], ways: {} },
    tickets: {
      may: [...READERS, 'customer', 'partner', 'reader'],
      ways: {
        all: { kind: 'ticket', args: () => ({ first: 100 }) },
        id: { kind: 'ticket', args: ({ ticket }) => ({ filter: { id: eq(ticket.id) } }) },
        subject: { kind: 'ticket', args: ({ ticket }) => ({ filter: { text: ticket.mark } }) },
        'words of a message': {
          kind: 'message',
          args: ({ message }) => ({ filter: { text: message.mark } }),
        },
        'words of a note': { kind: 'note', args: ({ note }) => ({ filter: { text: note.mark } }) },
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
            filter: { field: [{ fieldId: field.id, text: eq(ticket.mark) }] },
          }),
        },
        number: {
          kind: 'ticket',
          args: ({ number }) => ({ filter: { text: `#${number}` } }),
          foreign: false,
          alone: false,
        },
        organization: {
          kind: 'ticket',
          args: ({ organization }) => ({ filter: { organizationId: eq(organization.id) } }),
        },
        assignee: {
          kind: 'ticket',
          args: ({ agent }) => ({ filter: { assigneeId: eq(agent.id) } }),
        },
        label: { kind: 'tag', args: ({ tag }) => ({ filter: { tag: { any: [tag.mark] } } }) },
      },
    },
    ticketsAt: {
      may: [...READERS, 'partner', 'reader'],
      ways: {
        all: { kind: 'ticket', args: () => ({ time: SOON, first: 100 }) },
        id: {
          kind: 'ticket',
          args: ({ ticket }) => ({ time: SOON, filter: { id: eq(ticket.id) } }),
        },
        label: {
          kind: 'tag',
          args: ({ tag }) => ({ time: SOON, filter: { tag: { any: [tag.mark] } } }),
        },
      },
    },
    // A cluster takes three tickets; whom it knows is asked beside its code.
    ticketClusters: { may: [...STAFF, 'partner', 'reader'], ways: {} },
    // Whom it counts is asked in a test of its own.
    ticketReport: {
      may: ['analyst', ...LEADS, 'partner'],
      plain: () => ({ by: ['STATUS'], measures: ['CREATED'], period: { last: 'P1D' } }),
      ways: {},
    },
  },
  fields: {
    'Ticket.at': { from: 'ticket', type: 'Ticket', select: `at(time: "${SOON}") { subject }` },
    'Ticket.contributions': { from: 'ticket', type: 'Ticket', select: 'contributions { replies }' },
    'Ticket.diff': {
      from: 'ticket',
      type: 'Ticket',
      select: `diff(from: "2020-01-01T00:00:00Z", to: "${SOON}") { field }`,
    },
    'Ticket.similar': { from: 'ticket', type: 'Ticket', select: 'similar { score }' },
    'Ticket.snooze': { from: 'ticket', type: 'Ticket', select: 'snooze { until }' },
    'TicketEvent.cause': {
      from: 'ticket',
      type: 'Ticket',
      select: 'timeline(first: 1) { nodes { cause { event { id } } } }',
      within: ['timeline', 'nodes', '0'],
    },
  },
  mutations: {
    ticketCreate: {
      may: ['customer', ...AGENTS, 'partner'],
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
      may: [...AGENTS, 'partner'],
      input: ({ ticket, organization, category, field }, _, n) => ({
        fields: [{ fieldId: field.id, value: ticket.mark }],
        id: ticket.id,
        categoryId: category.id,
        organizationId: organization.id,
        product: `Product ${n}`,
      }),
      unchecked: {
        organizationId: 'organizations are known to another service; a wrong one shows as none',
      },
    },
    ticketAssign: {
      may: [...AGENTS, 'partner'],
      input: ({ ticket, agent, department }) => ({
        id: ticket.id,
        assigneeId: agent.id,
        departmentId: department.id,
      }),
    },
    ticketNext: {
      may: [...AGENTS, 'partner'],
      input: ({ department }) => ({ departmentId: department.id }),
    },
    ticketStatusChange: {
      may: [...AGENTS, 'partner'],
      input: ({ ticket, status }) => ({ id: ticket.id, customStatusId: status.id }),
    },
    ticketReopen: {
      may: ['customer', ...AGENTS, 'partner'],
      input: async (things, _, n, desk) => ({ id: await freshSolved(things, n, desk) }),
    },
    ticketSnooze: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
    ticketWake: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
    ticketRequesterChange: {
      may: [...AGENTS, 'partner'],
      input: async (things, _, n, desk) => ({
        id: await freshTicket(things, n, desk),
        requester: { customerId: things.customer.id },
      }),
    },
    ticketSpamMark: {
      may: [...AGENTS, 'partner'],
      input: ({ ticket }) => ({ id: ticket.id, spam: false }),
    },
    ticketDelete: {
      may: [...LEADS, 'partner'],
      input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk) }),
    },
    ticketRestore: { may: [...LEADS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
    ticketPurge: {
      may: ['admin', 'partner'],
      input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk, true) }),
    },
    ticketImport: {
      may: ['partner'],
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
