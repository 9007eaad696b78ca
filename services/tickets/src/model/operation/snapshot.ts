import type { Ticket } from '../ticket/ticket.ts';

/**
 * What of a ticket goes back together, by the word under which facts tell of its change. A field that is added to tickets, and that operations
 * change, gets its place here.
 */
const TOGETHER = {
  status: [
    'status',
    'customStatusId',
    'solvedAt',
    'solvedById',
    'resolutionCode',
    'resolutionText',
    'closesAt',
    'reopenCount',
  ],
  snooze: [
    'snoozedAt',
    'snoozedUntil',
    'wakeOnReply',
    'snoozedByKind',
    'snoozedById',
    'snoozedByName',
  ],
  escalation: ['escalation', 'escalatesAt'],
  priority: ['priority'],
  categoryId: ['categoryId'],
  departmentId: ['departmentId', 'transferCount'],
  assigneeId: ['assigneeId'],
  tags: ['tags'],
  fields: ['fields'],
  deletedAt: ['deletedAt', 'purgesAt'],
} as const satisfies Record<string, readonly (keyof Ticket)[]>;
/** Who takes part comes and goes with merges, one by one. */
const PEOPLE = ['ccIds', 'followerIds'] as const;
const CLOCKS = ['waitingSince', 'handled', 'firstReplyAt'] as const;

export type Word = keyof typeof TOGETHER;
type Kept = (typeof TOGETHER)[Word][number] | (typeof CLOCKS)[number] | (typeof PEOPLE)[number];

/** How a ticket stood before an operation, as far as operations change it. */
export type Snapshot = Pick<Ticket, Kept>;

export const WORDS = Object.keys(TOGETHER) as Word[];
const ALL: readonly Kept[] = [...Object.values(TOGETHER).flat(), ...CLOCKS, ...PEOPLE];

const pick = (from: object, fields: readonly string[]): Partial<Snapshot> =>
  Object.fromEntries(
    fields.filter((field) => field in from).map((field) => [field, from[field as never]]),
  );

export const snapshotOf = (ticket: Ticket): Snapshot => pick(ticket, ALL) as Snapshot;

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Do two states of a ticket agree in what a word stands for? */
export const agree = (a: Partial<Snapshot>, b: Partial<Snapshot>, word: Word): boolean =>
  same(pick(a, TOGETHER[word]), pick(b, TOGETHER[word]));

/** What was changed, how it was and how it became; and the clocks as they stood. */
export function difference(
  before: Snapshot,
  after: Snapshot,
): { before: Partial<Snapshot>; after: Partial<Snapshot> } {
  const changed = WORDS.filter((word) => !agree(before, after, word)).flatMap(
    (word) => TOGETHER[word],
  );
  return { before: pick(before, [...changed, ...CLOCKS]), after: pick(after, changed) };
}

/** The words for what such a difference holds. */
export const wordsIn = (difference: object): Word[] =>
  WORDS.filter((word) => TOGETHER[word].some((field) => field in difference));

/** All that facts can call it when they tell of its change. */
export const namesOf = (word: Word): readonly string[] => [word, ...TOGETHER[word]];

/**
 * A snapshot, or a part of one, as JSON gives it back. Of custom statuses only those that are still offered come back; snapshots of the time
 * before there were any know none.
 */
export function readSnapshot(
  kept: { status?: string; customStatusId?: string | null },
  offered: ReadonlySet<string>,
): Snapshot {
  const instants = Object.entries(kept).map(([field, value]) => [
    field,
    INSTANT.test(field) && value ? new Date(value) : value,
  ]);
  const custom =
    kept.customStatusId && offered.has(kept.customStatusId) ? kept.customStatusId : null;
  return {
    ...Object.fromEntries(instants),
    ...(kept.status && { customStatusId: custom }),
  } as Snapshot;
}

const INSTANT = /(?:At|Since|Until)$/;

/** What a word stands for, as it was. */
export const putBack = (ticket: Ticket, from: Snapshot, word: Word): void =>
  void Object.assign(ticket, pick(from, TOGETHER[word]));

/** The status again, and what hangs on it. */
export const restoreStanding = (ticket: Ticket, before: Snapshot): void =>
  putBack(ticket, before, 'status');
export const restoreRest = (ticket: Ticket, before: Snapshot): void =>
  putBack(ticket, before, 'snooze');
