import { Semaphore } from '@deskgraph/common/core/semaphore';
import type { Context } from '@deskgraph/common/database/context';
import type { EventTail } from '@deskgraph/common/events/types';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import { LiveList } from './list.ts';
import { type SetTimer, setTimer } from './next-time-change.ts';
import { type TicketListRequest, ticketListKey } from './read.ts';

/** The lists with subscribers in this process. */
export interface SharedLists {
  listsByKey: Map<string, { list: LiveList; subscriberCount: number }>;
  readLimit: Semaphore;
  /** Schedules the time changes of lists. Tests replace it by a clock of their own. */
  setTimer: SetTimer;
}

/** The maximum number of lists that are read at the same time. */
const CONCURRENCY = 4;

const listsByTail = new WeakMap<EventTail, SharedLists>();

export function sharedListsOf(tail: EventTail): SharedLists {
  let lists = listsByTail.get(tail);
  if (!lists) {
    lists = { listsByKey: new Map(), readLimit: new Semaphore(CONCURRENCY), setTimer };
    listsByTail.set(tail, lists);
  }
  return lists;
}

/** Yields a list and its changes, from the list that all callers with the same request share. */
export function subscribeToList(
  ctx: Context,
  request: TicketListRequest,
): AsyncIterableIterator<StreamMessage> {
  const key = ticketListKey(ctx, request);
  return abortableStream((signal) => listMessages(ctx, request, key, signal));
}

async function* listMessages(
  ctx: Context,
  request: TicketListRequest,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const { listsByKey, readLimit, setTimer } = sharedListsOf(ctx.tail!);
  let shared = listsByKey.get(key);
  if (!shared) {
    const list = new LiveList({ ctx, request, readLimit, setTimer });
    listsByKey.set(key, (shared = { list, subscriberCount: 0 }));
  }
  shared.subscriberCount++;
  try {
    for await (const message of shared.list.changes(signal)) {
      const tickets = message.tickets ?? (message.ticket ? [message.ticket] : []);
      yield {
        message,
        cursor: message.cursor,
        prepare: ({ load }) => {
          for (const ticket of tickets) load.prime('ticket', ticket);
        },
      };
    }
  } finally {
    if (--shared.subscriberCount === 0) {
      listsByKey.delete(key);
      shared.list.end();
    }
  }
}
