import { type Desk, made } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS } from './callers.ts';
import type { Rights } from './right.ts';
import { freshTicket } from './ticket.ts';

const freshMerge = async (things: Things, n: number, desk: Desk): Promise<string> => {
  const input = {
    ids: [await freshTicket(things, n, desk)],
    intoId: await freshTicket(things, n, desk),
  };
  return made(desk, 'partner', 'ticketMerge', 'operation', input);
};

const freshLink = async (things: Things, n: number, desk: Desk): Promise<object> => {
  const input = {
    id: things.ticket.id,
    otherId: await freshTicket(things, n, desk),
    kind: 'DUPLICATE',
  };
  await desk.done('partner', 'ticketLink', input);
  return input;
};

export const operation = {
  queries: {
    ticketMergePreview: {
      may: [...AGENTS, 'partner', 'reader'],
      plain: ({ ticket }) => ({ input: { ids: [ticket.id], intoId: ticket.id } }),
      ways: {},
    },
    ticketSplitPreview: {
      may: [...AGENTS, 'partner', 'reader'],
      plain: ({ ticket, message }) => ({
        input: { id: ticket.id, messageIds: [message.id], subject: 'Cut out' },
      }),
      ways: {},
    },
    operationUndoPreview: {
      may: [...AGENTS, 'partner', 'reader'],
      plain: ({ ticket }) => ({ id: ticket.id }),
      ways: {},
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
      least: 'agent',
    },
  },
  mutations: {
    ticketMerge: {
      may: [...AGENTS, 'partner'],
      input: async (things, _, n, desk) => ({
        ids: [await freshTicket(things, n, desk)],
        intoId: things.ticket.id,
      }),
    },
    ticketLink: {
      may: [...AGENTS, 'partner'],
      input: async (things, _, n, desk) => ({
        id: things.ticket.id,
        otherId: await freshTicket(things, n, desk),
        kind: 'RELATED',
      }),
    },
    ticketsGroup: {
      may: [...LEADS, 'partner'],
      input: async (things, _, n, desk) => ({
        ids: [await freshTicket(things, n, desk)],
        problemId: things.ticket.id,
      }),
    },
    ticketUnlink: {
      may: [...AGENTS, 'partner'],
      input: (things, _, n, desk) => freshLink(things, n, desk),
    },
    ticketSplit: {
      may: [...AGENTS, 'partner'],
      input: async (things, _, n, desk) => {
        const ticketId = await freshTicket(things, n, desk);
        const note = { ticketId, body: 'Moves.', visibility: 'PRIVATE' };
        const messageId = await made(desk, 'partner', 'messageAdd', 'message', note);
        return {
          id: ticketId,
          messageIds: [messageId],
          subject: `Split ${n}`,
          departmentId: things.department.id,
        };
      },
    },
    operationUndo: {
      may: [...AGENTS, 'partner'],
      input: async (things, _, n, desk) => ({ id: await freshMerge(things, n, desk) }),
    },
  },
} satisfies Rights;
