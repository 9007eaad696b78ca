import type { Ticket } from '../ticket/ticket.ts';

const INSTANTS = ['solvedAt', 'closesAt', 'waitingSince', 'firstReplyAt', 'snoozedAt', 'snoozedUntil'] as const;
const STANDING = ['status', 'solvedAt', 'solvedById', 'resolutionCode', 'resolutionText', 'closesAt', 'reopenCount'] as const;
const REST = ['snoozedAt', 'snoozedUntil', 'wakeOnReply', 'snoozedByKind', 'snoozedById', 'snoozedByName'] as const;
const CLOCKS = ['waitingSince', 'handled', 'firstReplyAt'] as const;

type Kept = (typeof STANDING)[number] | (typeof REST)[number] | (typeof CLOCKS)[number];

/** How a ticket stood before an operation, as far as operations change it. */
export type Snapshot = Pick<Ticket, Kept>;

export const snapshotOf = (ticket: Ticket): Snapshot =>
  Object.fromEntries([...STANDING, ...REST, ...CLOCKS].map((field) => [field, ticket[field]])) as unknown as Snapshot;

/** A snapshot as JSON gives it back. */
export const readSnapshot = (kept: object): Snapshot => {
  const instants = INSTANTS.map((field) => [field, instantOf((kept as Record<string, unknown>)[field])]);
  return { ...kept, ...Object.fromEntries(instants) } as unknown as Snapshot;
};

const instantOf = (value: unknown): Date | null => (typeof value === 'string' ? new Date(value) : null);

const put = (ticket: Ticket, from: Snapshot, fields: readonly Kept[]): void =>
  void Object.assign(ticket, Object.fromEntries(fields.map((field) => [field, from[field]])));

/** The status again, and what hangs on it. */
export const restoreStanding = (ticket: Ticket, before: Snapshot): void => put(ticket, before, STANDING);
export const restoreRest = (ticket: Ticket, before: Snapshot): void => put(ticket, before, REST);
