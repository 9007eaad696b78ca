import { type Desk, made } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS, READERS, STAFF } from './callers.ts';
import type { Rights } from './right.ts';
import { freshFile } from './attachment.ts';
import { freshTicket } from './ticket.ts';

/** A message with a file, to be blackened. */
const freshMessage = async (things: Things, n: number, desk: Desk): Promise<object> => {
  const attachmentIds = [await desk.upload('partner', `fresh ${n}`)];
  const input = {
    ticketId: await freshTicket(things, n, desk),
    body: 'Fresh.',
    visibility: 'PUBLIC',
    attachmentIds,
  };
  return { id: await made(desk, 'partner', 'messageAdd', 'message', input), attachmentIds };
};

/** A reply that waits for its instant. */
const freshScheduled = async (things: Things, n: number, desk: Desk): Promise<string> => {
  const sendAt = new Date(Date.now() + 86_400_000).toISOString();
  const input = {
    ticketId: await freshTicket(things, n, desk),
    body: 'Fresh.',
    visibility: 'PUBLIC',
    sendAt,
  };
  return made(desk, 'partner', 'messageAdd', 'message', input);
};

export const message = {
  exists: {
    message: {
      own: [...READERS, 'customer', 'partner', 'reader'],
      others: [...READERS, 'partner', 'reader'],
    },
    note: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  fields: {
    'Ticket.drafts': { from: 'ticket', type: 'Ticket', select: 'drafts { id }', least: 'agent' },
    'Message.mentions': { from: 'message', type: 'Message', select: 'mentions { id }' },
  },
  mutations: {
    messageAdd: {
      may: ['customer', ...STAFF, 'partner'],
      input: async ({ ticket, file }, caller, n, desk) => ({
        ticketId: ticket.id,
        attachmentIds: [await freshFile(file.id, caller, n, desk)],
        body: 'Text.',
        visibility: caller === 'light' ? 'PRIVATE' : 'PUBLIC',
        override: true,
      }),
    },
    draftSave: {
      may: AGENTS,
      input: ({ ticket }, _, n) => ({
        ticketId: ticket.id,
        visibility: 'PUBLIC',
        body: `Unsent ${n}`,
      }),
    },
    messageCancel: {
      may: [...AGENTS, 'partner'],
      input: async (things, _, n, desk) => ({ id: await freshScheduled(things, n, desk) }),
    },
    messageRedact: {
      may: [...LEADS, 'partner'],
      input: (things, _, n, desk) => freshMessage(things, n, desk),
    },
  },
} satisfies Rights;
