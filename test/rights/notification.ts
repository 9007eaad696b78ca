import { newId } from '@deskgraph/common/core/id';
import type { Desk } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { until } from '../platform/wait-for.ts';
import { AGENTS, type Caller, STAFF, WRITERS } from './callers.ts';
import type { Rights } from './right.ts';

/** Something that the caller was told: an answer in his ticket, or in one that he follows. */
const freshNotification = async (
  { ticket }: Things,
  caller: Caller,
  n: number,
  desk: Desk,
): Promise<string> => {
  if (caller === 'partner' || !WRITERS.includes(caller)) return newId('not');
  const who = caller as Exclude<Caller, 'nobody'>;
  if (who !== 'customer') await desk.done(who, 'ticketFollow', { id: ticket.id });
  await desk.done('partner', 'messageAdd', {
    ticketId: ticket.id,
    body: `Answer ${n}.`,
    visibility: 'PUBLIC',
  });
  const query = '{ viewer { notifications(unreadOnly: true, first: 1) { nodes { id } } } }';
  return until(`${caller} is told`, async () => {
    const { viewer } = await desk.data<{ viewer: { notifications: { nodes: { id: string }[] } } }>(
      who,
      query,
    );
    return viewer.notifications.nodes[0]?.id;
  });
};

export const notification = {
  fields: {
    'Ticket.viewers': { from: 'ticket', type: 'Ticket', select: 'viewers { activity }' },
  },
  mutations: {
    notificationsRead: {
      may: ['customer', ...STAFF],
      input: async (things, caller, n, desk) => ({
        ids: [await freshNotification(things, caller, n, desk)],
      }),
    },
    notificationPreferencesUpdate: {
      may: ['customer', ...STAFF],
      input: (_, caller, n) => ({
        preferences: [
          {
            reason: caller === 'customer' ? 'STATUS' : 'MENTION',
            inApp: true,
            email: n % 2 === 0,
            push: false,
          },
        ],
      }),
    },
    ticketFollow: {
      may: STAFF,
      input: ({ ticket }, _, n) => ({ id: ticket.id, follow: n % 2 === 0 }),
    },
    ticketParticipantsUpdate: {
      may: ['customer', ...AGENTS, 'partner'],
      input: ({ ticket }, _, n) => ({
        id: ticket.id,
        addCcs: [`copy${n % 3}@desk.example`],
        removeCcs: [`copy${(n + 1) % 3}@desk.example`],
      }),
    },
    presenceSet: {
      may: ['customer', ...STAFF, 'partner'],
      input: ({ ticket }, _, n) => ({
        ticketId: ticket.id,
        activity: n % 2 ? 'TYPING' : 'VIEWING',
      }),
    },
  },
} satisfies Rights;
