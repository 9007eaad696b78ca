import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { FieldChange } from '../event/event.ts';
import { changesFor } from '../event/visible.ts';
import type { Changes, State } from '../../model/ticket/events.ts';
import { ticketStateAt } from './at.ts';

/** What the facts that happened from one instant on, and before another one, have changed in all; what was taken back meanwhile is left out. */
export async function ticketDiff(
  ctx: Context,
  ticketId: string,
  from: Date,
  to: Date,
): Promise<FieldChange[]> {
  if (from >= to)
    throw new Refusal([
      { code: 'INVALID', field: ['to'], message: 'An instant after `from`, please.' },
    ]);
  const [before, after] = await Promise.all([
    ticketStateAt(ctx, ticketId, justBefore(from)),
    ticketStateAt(ctx, ticketId, justBefore(to)),
  ]);
  return after ? changesFor(ctx, { changes: changesOf(before?.state, after.state) }) : [];
}

/** Instants of facts are whole milliseconds. */
const justBefore = (instant: Date): Date => new Date(instant.getTime() - 1);

function changesOf(before: State | undefined, after: State): Changes {
  const [from, to] = [before && named(before), named(after)];
  const changed = Object.keys(to).filter(
    (field) => JSON.stringify(from?.[field] ?? null) !== JSON.stringify(to[field] ?? null),
  );
  const gone = Object.keys(from ?? {}).filter((field) => !(field in to));
  return Object.fromEntries(
    [...changed, ...gone].map((field) => [field, [from?.[field] ?? null, to[field] ?? null]]),
  );
}

const NAMES: Partial<Record<keyof State, string>> = {
  solvedById: 'solvedBy',
  followUpOfId: 'followUpOf',
  mergedIntoId: 'mergedInto',
  splitFromId: 'splitFrom',
};

/** What never changes says nothing of a time. */
const LASTING: ReadonlySet<string> = new Set<keyof State>([
  'number',
  'channel',
  'origin',
  'createdAt',
]);

/** By the names that facts have for what changes. */
function named({
  fields,
  resolutionCode,
  resolutionText,
  ...rest
}: State): Record<string, unknown> {
  const plain = Object.entries(rest).filter(([key]) => !LASTING.has(key));
  const resolution = resolutionCode ? { code: resolutionCode, text: resolutionText } : null;
  return {
    ...Object.fromEntries(plain.map(([key, value]) => [NAMES[key as keyof State] ?? key, value])),
    resolution,
    ...fields,
  };
}
