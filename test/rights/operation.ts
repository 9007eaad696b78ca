import { type Desk, createEntity } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS } from './callers.ts';
import type { Rights } from './right.ts';
import { freshTicket } from './ticket.ts';

const freshMerge = async (fixtures: Fixtures, n: number, desk: Desk): Promise<string> => {
  const input = {
    ids: [await freshTicket(fixtures, n, desk)],
    intoId: await freshTicket(fixtures, n, desk),
  };
  return createEntity(desk, 'partner', 'ticketMerge', 'operation', input);
};

const freshLink = async (fixtures: Fixtures, n: number, desk: Desk): Promise<object> => {
  const input = {
    id: fixtures.ticket.id,
    otherId: await freshTicket(fixtures, n, desk),
    kind: 'DUPLICATE',
  };
  await desk.mutate('partner', 'ticketLink', input);
  return input;
};

export const operation = {
  queries: {
    ticketMergePreview: {
      allowed: [...AGENTS, 'partner', 'reader'],
      defaultArgs: ({ ticket }) => ({ input: { ids: [ticket.id], intoId: ticket.id } }),
      lookups: {},
    },
    ticketSplitPreview: {
      allowed: [...AGENTS, 'partner', 'reader'],
      defaultArgs: ({ ticket, message }) => ({
        input: { id: ticket.id, messageIds: [message.id], subject: 'Cut out' },
      }),
      lookups: {},
    },
    operationUndoPreview: {
      allowed: [...AGENTS, 'partner', 'reader'],
      defaultArgs: ({ ticket }) => ({ id: ticket.id }),
      lookups: {},
    },
  },
  fields: {
    'Ticket.links': { from: 'ticket', type: 'Ticket', select: 'links { kind }' },
    'Ticket.problem': { from: 'ticket', type: 'Ticket', select: 'problem { id }' },
    'Ticket.incidents': { from: 'ticket', type: 'Ticket', select: 'incidents { totalCount }' },
    'Ticket.operations': {
      from: 'ticket',
      type: 'Ticket',
      select: 'operations { id }',
      leastRole: 'agent',
    },
  },
  mutations: {
    ticketMerge: {
      allowed: [...AGENTS, 'partner'],
      input: async (fixtures, _, n, desk) => ({
        ids: [await freshTicket(fixtures, n, desk)],
        intoId: fixtures.ticket.id,
      }),
    },
    ticketLink: {
      allowed: [...AGENTS, 'partner'],
      input: async (fixtures, _, n, desk) => ({
        id: fixtures.ticket.id,
        otherId: await freshTicket(fixtures, n, desk),
        kind: 'RELATED',
      }),
    },
    ticketsGroup: {
      allowed: [...LEADS, 'partner'],
      input: async (fixtures, _, n, desk) => ({
        ids: [await freshTicket(fixtures, n, desk)],
        problemId: fixtures.ticket.id,
      }),
    },
    ticketUnlink: {
      allowed: [...AGENTS, 'partner'],
      input: (fixtures, _, n, desk) => freshLink(fixtures, n, desk),
    },
    ticketSplit: {
      allowed: [...AGENTS, 'partner'],
      input: async (fixtures, _, n, desk) => {
        const ticketId = await freshTicket(fixtures, n, desk);
        const note = { ticketId, body: 'Moves.', visibility: 'PRIVATE' };
        const messageId = await createEntity(desk, 'partner', 'messageAdd', 'message', note);
        return {
          id: ticketId,
          messageIds: [messageId],
          subject: `Split ${n}`,
          departmentId: fixtures.department.id,
        };
      },
    },
    operationUndo: {
      allowed: [...AGENTS, 'partner'],
      input: async (fixtures, _, n, desk) => ({ id: await freshMerge(fixtures, n, desk) }),
    },
  },
} satisfies Rights;
