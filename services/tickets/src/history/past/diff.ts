import type { TicketEventState } from '@deskgraph/common/contract/ticket-state';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import type { FieldChange } from '../event/event.ts';
import { visibleChanges } from '../event/visibility.ts';
import { ticketStateAt } from './queries.ts';

/**
 * The difference between the states of a ticket just before two instants: what the events from one
 * instant on, and before the other, changed in total.
 */
export async function ticketDiff(
  ctx: Context,
  ticketId: string,
  from: Date,
  to: Date,
): Promise<FieldChange[]> {
  if (from >= to)
    throw new Refusal([
      { code: 'INVALID', field: ['to'], message: '`to` must be later than `from`.' },
    ]);
  const [before, after] = await Promise.all([
    ticketStateAt(ctx, ticketId, justBefore(from)),
    ticketStateAt(ctx, ticketId, justBefore(to)),
  ]);
  return after ? visibleChanges(ctx, { changes: changesBetween(before?.state, after.state) }) : [];
}

/** Events occur at whole milliseconds. */
const justBefore = (instant: Date): Date => new Date(instant.getTime() - 1);

function changesBetween(before: TicketEventState | undefined, after: TicketEventState): Changes {
  const from = before ? byChangeName(before) : {};
  const to = byChangeName(after);
  const changed = Object.keys(to).filter(
    (name) => JSON.stringify(from[name] ?? null) !== JSON.stringify(to[name] ?? null),
  );
  const removed = Object.keys(from).filter((name) => !(name in to));
  return Object.fromEntries(
    [...changed, ...removed].map((name) => [name, [from[name] ?? null, to[name] ?? null]]),
  );
}

const CHANGE_NAMES: Partial<Record<keyof TicketEventState, string>> = {
  solvedById: 'solvedBy',
  followUpOfId: 'followUpOf',
  mergedIntoId: 'mergedInto',
  splitFromId: 'splitFrom',
};

const IMMUTABLE: ReadonlySet<string> = new Set<keyof TicketEventState>([
  'number',
  'channel',
  'origin',
  'createdAt',
]);

/** The mutable values by the names that the changes of events have. */
function byChangeName({
  fields,
  resolutionCode,
  resolutionText,
  ...state
}: TicketEventState): Record<string, unknown> {
  const mutable = Object.entries(state).filter(([property]) => !IMMUTABLE.has(property));
  return {
    ...Object.fromEntries(
      mutable.map(([property, value]) => [
        CHANGE_NAMES[property as keyof TicketEventState] ?? property,
        value,
      ]),
    ),
    resolution: resolutionCode ? { code: resolutionCode, text: resolutionText } : null,
    ...fields,
  };
}
