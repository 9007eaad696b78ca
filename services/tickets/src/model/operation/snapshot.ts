import type { Ticket } from '../ticket/ticket.ts';

/**
 * What of a ticket goes back together, by the word under which facts tell of its change. A field that is added to tickets, and that operations
 * change, gets its place here.
 */
const UNDO_COLUMNS = {
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

export type UndoField = keyof typeof UNDO_COLUMNS;
type SnapshotColumn =
  | (typeof UNDO_COLUMNS)[UndoField][number]
  | (typeof CLOCKS)[number]
  | (typeof PEOPLE)[number];

/** How a ticket stood before an operation, as far as operations change it. */
export type TicketSnapshot = Pick<Ticket, SnapshotColumn>;

export const UNDO_FIELDS = Object.keys(UNDO_COLUMNS) as UndoField[];
const ALL: readonly SnapshotColumn[] = [
  ...Object.values(UNDO_COLUMNS).flat(),
  ...CLOCKS,
  ...PEOPLE,
];

const pick = (from: object, fields: readonly string[]): Partial<TicketSnapshot> =>
  Object.fromEntries(
    fields.filter((field) => field in from).map((field) => [field, from[field as never]]),
  );

export const ticketSnapshot = (ticket: Ticket): TicketSnapshot =>
  pick(ticket, ALL) as TicketSnapshot;

export const isSameJson = (a: unknown, b: unknown): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Do two states of a ticket agree in what a word stands for? */
export const isSameField = (
  a: Partial<TicketSnapshot>,
  b: Partial<TicketSnapshot>,
  word: UndoField,
): boolean => isSameJson(pick(a, UNDO_COLUMNS[word]), pick(b, UNDO_COLUMNS[word]));

/** What was changed, how it was and how it became; and the clocks as they stood. */
export function snapshotDifference(
  before: TicketSnapshot,
  after: TicketSnapshot,
): { before: Partial<TicketSnapshot>; after: Partial<TicketSnapshot> } {
  const changed = UNDO_FIELDS.filter((word) => !isSameField(before, after, word)).flatMap(
    (word) => UNDO_COLUMNS[word],
  );
  return { before: pick(before, [...changed, ...CLOCKS]), after: pick(after, changed) };
}

/** The words for what such a difference holds. */
export const undoFieldsIn = (difference: object): UndoField[] =>
  UNDO_FIELDS.filter((word) => UNDO_COLUMNS[word].some((field) => field in difference));

/** All that facts can call it when they tell of its change. */
export const eventFieldNames = (word: UndoField): readonly string[] => [
  word,
  ...UNDO_COLUMNS[word],
];

/**
 * A snapshot, or a part of one, as JSON gives it back. Of custom statuses only those that are still offered come back; snapshots of the time
 * before there were any know none.
 */
export function parseSnapshot(
  kept: { status?: string; customStatusId?: string | null },
  offered: ReadonlySet<string>,
): TicketSnapshot {
  const instants = Object.entries(kept).map(([field, value]) => [
    field,
    INSTANT.test(field) && value ? new Date(value) : value,
  ]);
  const custom =
    kept.customStatusId && offered.has(kept.customStatusId) ? kept.customStatusId : null;
  return {
    ...Object.fromEntries(instants),
    ...(kept.status && { customStatusId: custom }),
  } as TicketSnapshot;
}

const INSTANT = /(?:At|Since|Until)$/;

/** What a word stands for, as it was. */
export const restoreField = (ticket: Ticket, from: TicketSnapshot, word: UndoField): void =>
  void Object.assign(ticket, pick(from, UNDO_COLUMNS[word]));

/** The status again, and what hangs on it. */
export const restoreStatus = (ticket: Ticket, before: TicketSnapshot): void =>
  restoreField(ticket, before, 'status');
export const restoreSnooze = (ticket: Ticket, before: TicketSnapshot): void =>
  restoreField(ticket, before, 'snooze');
