import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import type { EventTail } from '@deskgraph/common/events/types';
import type { Context } from '@deskgraph/common/database/context';
import { type Alarm, alarm } from './timer.ts';
import { List } from './list.ts';
import { type Wish, keyOf } from './read.ts';
import { Semaphore } from '@deskgraph/common/core/semaphore';

/** The lists that somebody looks at in this process. */
export interface Lists {
  open: Map<string, { list: List; readers: number }>;
  turns: Semaphore;
  /** What changes lists in time; tests turn the clock themselves. */
  alarm: Alarm;
}

/** Of the connections to the database lists take so many. */
const AT_ONCE = 4;

const known = new WeakMap<EventTail, Lists>();

export function listsOf(tail: EventTail): Lists {
  let lists = known.get(tail);
  if (!lists) known.set(tail, (lists = { open: new Map(), turns: new Semaphore(AT_ONCE), alarm }));
  return lists;
}

/** The list that was asked for and its changes, from the one that all share who ask for the same. */
export function share(ctx: Context, wish: Wish): AsyncIterableIterator<StreamMessage> {
  const key = keyOf(ctx, wish);
  return abortableStream((signal) => told(ctx, wish, key, signal));
}

async function* told(
  ctx: Context,
  wish: Wish,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const { open, turns, alarm } = listsOf(ctx.tail!);
  let shared = open.get(key);
  if (!shared)
    open.set(key, (shared = { list: new List({ ctx, wish, turns, alarm }), readers: 0 }));
  shared.readers++;
  try {
    for await (const message of shared.list.changes(signal)) {
      const tickets = message.tickets ?? (message.ticket ? [message.ticket] : []);
      yield {
        message,
        cursor: message.cursor,
        prepare: (reader) => {
          for (const ticket of tickets) reader.load.prime('ticket', ticket);
        },
      };
    }
  } finally {
    if (--shared.readers === 0) {
      open.delete(key);
      shared.list.end();
    }
  }
}
