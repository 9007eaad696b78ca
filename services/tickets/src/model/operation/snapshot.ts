import type { Ticket } from '../ticket/ticket.ts';

/**
 * Columns that are undone together, keyed by the field name used in change events. A new ticket
 * column that operations change needs an entry here.
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

/** Undone one by one: merges add single participants. */
const PARTICIPANT_COLUMNS = ['ccIds', 'followerIds'] as const;
const RESPONSE_COLUMNS = ['waitingSince', 'handled', 'firstReplyAt'] as const;

/** The name of a group of columns that are undone together. */
export type UndoField = keyof typeof UNDO_COLUMNS;

type SnapshotColumn =
  | (typeof UNDO_COLUMNS)[UndoField][number]
  | (typeof RESPONSE_COLUMNS)[number]
  | (typeof PARTICIPANT_COLUMNS)[number];

/** The columns of a ticket that operations change. */
export type TicketSnapshot = Pick<Ticket, SnapshotColumn>;

export const UNDO_FIELDS = Object.keys(UNDO_COLUMNS) as UndoField[];

const SNAPSHOT_COLUMNS: readonly SnapshotColumn[] = [
  ...Object.values(UNDO_COLUMNS).flat(),
  ...RESPONSE_COLUMNS,
  ...PARTICIPANT_COLUMNS,
];

const pick = (from: object, columns: readonly string[]): Partial<TicketSnapshot> =>
  Object.fromEntries(
    columns.filter((column) => column in from).map((column) => [column, from[column as never]]),
  );

export const ticketSnapshot = (ticket: Ticket): TicketSnapshot =>
  pick(ticket, SNAPSHOT_COLUMNS) as TicketSnapshot;

export const isSameJson = (a: unknown, b: unknown): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Whether two states of a ticket agree in the columns of an undo field. */
export const isSameField = (
  a: Partial<TicketSnapshot>,
  b: Partial<TicketSnapshot>,
  field: UndoField,
): boolean => isSameJson(pick(a, UNDO_COLUMNS[field]), pick(b, UNDO_COLUMNS[field]));

/** The changed columns before and after; `before` also contains the response columns. */
export function snapshotDifference(
  before: TicketSnapshot,
  after: TicketSnapshot,
): { before: Partial<TicketSnapshot>; after: Partial<TicketSnapshot> } {
  const changed = UNDO_FIELDS.filter((field) => !isSameField(before, after, field)).flatMap(
    (field) => UNDO_COLUMNS[field],
  );
  return { before: pick(before, [...changed, ...RESPONSE_COLUMNS]), after: pick(after, changed) };
}

/** The undo fields of which a difference contains columns. */
export const undoFieldsIn = (difference: object): UndoField[] =>
  UNDO_FIELDS.filter((field) => UNDO_COLUMNS[field].some((column) => column in difference));

/** All names under which events report a change of an undo field. */
export const eventFieldNames = (field: UndoField): readonly string[] => [
  field,
  ...UNDO_COLUMNS[field],
];

/**
 * A snapshot, or a part of one, from its stored JSON. A custom status that is not offered any more
 * becomes null. Snapshots from before custom statuses contain none.
 */
export function parseSnapshot(
  stored: { status?: string; customStatusId?: string | null },
  offeredStatusIds: ReadonlySet<string>,
): TicketSnapshot {
  const values = Object.entries(stored).map(([column, value]) => [
    column,
    INSTANT_COLUMN.test(column) && value ? new Date(value) : value,
  ]);
  const customStatusId =
    stored.customStatusId && offeredStatusIds.has(stored.customStatusId)
      ? stored.customStatusId
      : null;
  return {
    ...Object.fromEntries(values),
    ...(stored.status && { customStatusId }),
  } as TicketSnapshot;
}

const INSTANT_COLUMN = /(?:At|Since|Until)$/;

/** Restores the columns of an undo field. */
export const restoreField = (ticket: Ticket, from: TicketSnapshot, field: UndoField): void =>
  void Object.assign(ticket, pick(from, UNDO_COLUMNS[field]));

export const restoreStatus = (ticket: Ticket, before: TicketSnapshot): void =>
  restoreField(ticket, before, 'status');

export const restoreSnooze = (ticket: Ticket, before: TicketSnapshot): void =>
  restoreField(ticket, before, 'snooze');
