import { type Desk, createEntity } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS, READERS, STAFF } from './callers.ts';
import type { Rights } from './right.ts';
import { freshFile } from './attachment.ts';
import { freshTicket } from './ticket.ts';

/** Creates a message with a file, to be redacted. */
const freshMessage = async (fixtures: Fixtures, n: number, desk: Desk): Promise<object> => {
  const attachmentIds = [await desk.upload('partner', `fresh ${n}`)];
  const input = {
    ticketId: await freshTicket(fixtures, n, desk),
    body: 'Fresh.',
    visibility: 'PUBLIC',
    attachmentIds,
  };
  return { id: await createEntity(desk, 'partner', 'messageAdd', 'message', input), attachmentIds };
};

/** Creates a scheduled reply. */
const freshScheduled = async (fixtures: Fixtures, n: number, desk: Desk): Promise<string> => {
  const sendAt = new Date(Date.now() + 86_400_000).toISOString();
  const input = {
    ticketId: await freshTicket(fixtures, n, desk),
    body: 'Fresh.',
    visibility: 'PUBLIC',
    sendAt,
  };
  return createEntity(desk, 'partner', 'messageAdd', 'message', input);
};

export const message = {
  visibility: {
    message: {
      own: [...READERS, 'customer', 'partner', 'reader'],
      others: [...READERS, 'partner', 'reader'],
    },
    note: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  fields: {
    'Ticket.drafts': {
      from: 'ticket',
      type: 'Ticket',
      select: 'drafts { id }',
      leastRole: 'agent',
    },
    'Message.mentions': { from: 'message', type: 'Message', select: 'mentions { id }' },
  },
  mutations: {
    messageAdd: {
      allowed: ['customer', ...STAFF, 'partner'],
      input: async ({ ticket, file }, caller, n, desk) => ({
        ticketId: ticket.id,
        attachmentIds: [await freshFile(file.id, caller, n, desk)],
        body: 'Text.',
        visibility: caller === 'light' ? 'PRIVATE' : 'PUBLIC',
        override: true,
      }),
    },
    draftSave: {
      allowed: AGENTS,
      input: ({ ticket }, _, n) => ({
        ticketId: ticket.id,
        visibility: 'PUBLIC',
        body: `Unsent ${n}`,
      }),
    },
    messageCancel: {
      allowed: [...AGENTS, 'partner'],
      input: async (fixtures, _, n, desk) => ({ id: await freshScheduled(fixtures, n, desk) }),
    },
    messageRedact: {
      allowed: [...LEADS, 'partner'],
      input: (fixtures, _, n, desk) => freshMessage(fixtures, n, desk),
    },
  },
} satisfies Rights;
