import { newId } from '@deskgraph/common/core/id';
import type { Desk } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { waitFor } from '../platform/wait-for.ts';
import { AGENTS, type Caller, STAFF, WRITERS } from './callers.ts';
import type { Rights } from './right.ts';

/**
 * Creates a notification of the caller: a reply in their own ticket, or in one that they follow.
 */
const freshNotification = async (
  { ticket }: Fixtures,
  caller: Caller,
  n: number,
  desk: Desk,
): Promise<string> => {
  if (caller === 'partner' || !WRITERS.includes(caller)) return newId('not');
  const who = caller as Exclude<Caller, 'anonymous'>;
  if (who !== 'customer') await desk.mutate(who, 'ticketFollow', { id: ticket.id });
  await desk.mutate('partner', 'messageAdd', {
    ticketId: ticket.id,
    body: `Answer ${n}.`,
    visibility: 'PUBLIC',
  });
  const query = '{ viewer { notifications(unreadOnly: true, first: 1) { nodes { id } } } }';
  return waitFor(`${caller} is notified`, async () => {
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
      allowed: ['customer', ...STAFF],
      input: async (fixtures, caller, n, desk) => ({
        ids: [await freshNotification(fixtures, caller, n, desk)],
      }),
    },
    notificationPreferencesUpdate: {
      allowed: ['customer', ...STAFF],
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
      allowed: STAFF,
      input: ({ ticket }, _, n) => ({ id: ticket.id, follow: n % 2 === 0 }),
    },
    ticketParticipantsUpdate: {
      allowed: ['customer', ...AGENTS, 'partner'],
      input: ({ ticket }, _, n) => ({
        id: ticket.id,
        addCcs: [`copy${n % 3}@desk.example`],
        removeCcs: [`copy${(n + 1) % 3}@desk.example`],
      }),
    },
    presenceSet: {
      allowed: ['customer', ...STAFF, 'partner'],
      input: ({ ticket }, _, n) => ({
        ticketId: ticket.id,
        activity: n % 2 ? 'TYPING' : 'VIEWING',
      }),
    },
  },
} satisfies Rights;
