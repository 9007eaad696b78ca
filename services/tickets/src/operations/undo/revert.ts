import type { Context } from '@deskgraph/common/database/context';
import { openChildrenOf } from '../../model/ticket/open-children.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { isTicketVisible } from '../../model/rights/visible.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { UndoConflict, Operation } from '../../model/operation/operation.ts';
import { type Undoing, conflict } from './conflict.ts';
import { type Return, goBack } from './undo-apply.ts';
import type { Piece } from './later-changes.ts';
import {
  type UndoField,
  isSameField,
  eventFieldNames,
  isSameJson,
  undoFieldsIn,
} from '../../model/operation/snapshot.ts';

/** Tickets become again what they were, field by field; what a later fact has changed stays as it is. What was written in them stays too. */
export async function revert(
  ctx: Context,
  operation: Operation,
  pieces: Piece[],
): Promise<Undoing> {
  const wanted = pieces.map((piece) => wayBack(ctx, piece));
  const held = await heldByParts(ctx, wanted);
  const ways = wanted.map((way) => (held.has(way.piece.ticket) ? without(way, 'status') : way));
  const open = ways.filter(({ words, tags, fieldIds }) => words.length || tags || fieldIds.length);
  return {
    conflicts: ways.flatMap(({ conflicts }) => conflicts),
    possible: open.length > 0,
    apply: (at) => goBack(ctx, operation, open, at),
  };
}

interface Way extends Return {
  conflicts: UndoConflict[];
}

/** What is done only by people and for a ticket that is not at its end. */
const WORK: ReadonlySet<UndoField> = new Set([
  'status',
  'snooze',
  'escalation',
  'departmentId',
  'assigneeId',
]);
/** What waits for a ticket that is not solved. */
const WAITS: ReadonlySet<UndoField> = new Set(['snooze', 'escalation']);

function wayBack({ actor }: Context, piece: Piece): Way {
  const { ticket, before, after, since } = piece;
  const way: Way = { piece, words: [], tags: undefined, fieldIds: [], conflicts: [] };
  const words = undoFieldsIn(after);
  if (!words.length) return way;
  if (!isTicketVisible(actor, ticket))
    return { ...way, conflicts: [conflict(piece, 'departmentId')] };
  if (ticket.deletedAt && !words.includes('deletedAt'))
    return { ...way, conflicts: [conflict(piece, 'deletedAt')] };
  for (const word of words) {
    if (word === 'tags') tagsBack(way);
    else if (word === 'fields') fieldsBack(way);
    else if (!isSameField(ticket, before, word)) {
      const against =
        eventFieldNames(word).find((name) => since.has(name)) ??
        (isOver(way, word) ? 'status' : undefined);
      if (!against) way.words.push(word);
      else if (!way.conflicts.some(({ field }) => field === against))
        way.conflicts.push(conflict(piece, against));
    }
  }
  return way;
}

/** Has the ticket come to where there is no such thing any more? What it waited for is asked of it once its status is known. */
function isOver({ piece: { ticket, before }, words }: Way, word: UndoField): boolean {
  if (ticket.status === TicketStatus.CLOSED) return WORK.has(word);
  const status = words.includes('status') ? before.status : ticket.status;
  return status === TicketStatus.SOLVED && WAITS.has(word);
}

/** Labels that came are taken away and those that went come again; others that have come or gone since are no hindrance. */
function tagsBack(way: Way): void {
  const { ticket, before, after } = way.piece;
  const came = after.tags!.filter((name) => !before.tags.includes(name));
  const went = before.tags.filter((name) => !after.tags!.includes(name));
  const has = new Set(ticket.tags);
  const isTouched = came.some((name) => !has.has(name)) || went.some((name) => has.has(name));
  if (isSameJson([...has].sort(), before.tags.toSorted())) return;
  if (isTouched) way.conflicts.push(conflict(way.piece, 'tags'));
  else way.tags = [...ticket.tags.filter((name) => !came.includes(name)), ...went];
}

function fieldsBack(way: Way): void {
  const { ticket, before, after, since } = way.piece;
  const changed = Object.keys({ ...before.fields, ...after.fields }).filter(
    (id) => !isSameJson(before.fields[id], after.fields![id]),
  );
  for (const id of changed.filter((each) => !isSameJson(ticket.fields[each], before.fields[each])))
    if (since.has(id)) way.conflicts.push(conflict(way.piece, id));
    else way.fieldIds.push(id);
}

const without = (way: Way, word: UndoField): Way => ({
  ...way,
  words: way.words.filter((each) => each !== word),
  conflicts: [
    ...way.conflicts,
    { ticketId: way.piece.ticket.id, field: word, version: way.piece.version },
  ],
});

/** A whole is not solved again before its parts, unless they are solved with it. */
async function heldByParts(ctx: Context, ways: readonly Way[]): Promise<ReadonlySet<Ticket>> {
  const solved = new Map(
    ways
      .filter(
        ({ words, piece }) =>
          words.includes('status') && piece.before.status === TicketStatus.SOLVED,
      )
      .map(({ piece: { ticket } }) => [ticket.id, ticket]),
  );
  const parts = await openChildrenOf(ctx, [...solved.keys()]);
  return new Set(
    parts.filter(({ partId }) => !solved.has(partId)).map(({ wholeId }) => solved.get(wholeId)!),
  );
}
