import type { EntityClass } from '@mikro-orm/postgresql';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { entities, ids } from '@deskgraph/common/database/query';
import { RequestLoaders } from '@deskgraph/common/database/request-loaders';
import type { EventTail } from '@deskgraph/common/events/types';
import { Message } from '../../model/message/message.ts';
import { isMessageVisible } from '../../model/message/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** The rows that were read while the log had a certain end. */
interface CachedState {
  logHead: number;
  expiresAt: number;
  load: RequestLoaders;
}

/** Limits how long a committed change without a position in the log can be missed. */
const CACHE_TTL_MS = 250;

const caches = new WeakMap<EventTail, CachedState>();

function loadersAt(tail: EventTail): RequestLoaders {
  const now = Date.now();
  const cached = caches.get(tail);
  if (cached && cached.logHead === tail.head && cached.expiresAt >= now) return cached.load;
  const load = new RequestLoaders();
  caches.set(tail, { logHead: tail.head, expiresAt: now + CACHE_TTL_MS, load });
  return load;
}

/**
 * The current tickets of the caller's workspace, without a check of rights. Concurrent
 * subscriptions share the query: each ticket is read once.
 */
export async function currentTickets(
  ctx: Context,
  ticketIds: readonly string[],
): Promise<Ticket[]> {
  const load = loadersAt(ctx.tail!);
  const tickets = await Promise.all(
    ticketIds.map((id) =>
      load.byId(`tickets of ${ctx.workspace}`, id, (batch) =>
        readCurrent(ctx, Ticket, sql`ticket`, ids('tkt', batch)),
      ),
    ),
  );
  return tickets.filter((ticket) => ticket !== null);
}

/** The current message of a visible ticket, if the caller can see it; read once like tickets. */
export async function currentMessage(
  ctx: Context,
  ticket: Ticket,
  id: string,
): Promise<Message | null> {
  const load = loadersAt(ctx.tail!);
  const message = await load.byId(`messages of ${ctx.workspace}`, id, (batch) =>
    readCurrent(ctx, Message, sql`message`, ids('msg', batch)),
  );
  return message?.ticketId === ticket.id && isMessageVisible(ctx.actor, message) ? message : null;
}

async function readCurrent<T extends object>(
  ctx: Context,
  Entity: EntityClass<T>,
  table: ReturnType<typeof sql>,
  uuids: ReturnType<typeof ids>,
): Promise<T[]> {
  const current = ctx.fork();
  try {
    return await entities(
      current,
      Entity,
      sql`
        select t.* from ${table} t
        where t.workspace_id = ${ctx.workspace}::uuid and t.id = any(${uuids})`,
    );
  } finally {
    await current.endSnapshot();
  }
}
