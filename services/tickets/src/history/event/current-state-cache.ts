import { hydrate, sql, uuidArray } from '@deskgraph/common/database/database';
import { RequestLoaders } from '@deskgraph/common/database/request-loaders';
import type { EventTail } from '@deskgraph/common/events/types';
import type { Context } from '@deskgraph/common/database/context';
import { isMessageVisible } from '../../model/message/queries.ts';
import { Message } from '../../model/message/message.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** What was read while the log stood where it stands. */
interface Moment {
  head: number;
  until: number;
  load: RequestLoaders;
}

/** A change that has no position yet is not missed for longer than this. */
const MOMENT_MS = 250;

const moments = new WeakMap<EventTail, Moment>();

function momentOf(tail: EventTail): Moment {
  const now = Date.now();
  let moment = moments.get(tail);
  if (!moment || moment.head !== tail.head || moment.until < now)
    moments.set(
      tail,
      (moment = { head: tail.head, until: now + MOMENT_MS, load: new RequestLoaders() }),
    );
  return moment;
}

/**
 * Tickets of the caller's workspace as they are now, whether he may see them or not. However many streams ask at one moment, each ticket is
 * read once.
 */
export async function currentTickets(ctx: Context, ids: readonly string[]): Promise<Ticket[]> {
  const { load } = momentOf(ctx.tail!);
  const find = (all: string[]): Promise<Ticket[]> => read(ctx, TICKET, all);
  const found = await Promise.all(
    ids.map((id) => load.byId(`tickets of ${ctx.workspace}`, id, find)),
  );
  return found.filter((ticket) => ticket !== null);
}

/** A message of a ticket that the caller may see, as it is now; read once like tickets. */
export async function currentMessage(
  ctx: Context,
  ticket: Ticket,
  id: string,
): Promise<Message | null> {
  const { load } = momentOf(ctx.tail!);
  const message = await load.byId(`messages of ${ctx.workspace}`, id, (all) =>
    read(ctx, MESSAGE, all),
  );
  return message?.ticketId === ticket.id && isMessageVisible(ctx.actor, message) ? message : null;
}

interface Kind<T> {
  Thing: new () => T;
  table: string;
  prefix: string;
}

const TICKET: Kind<Ticket> = { Thing: Ticket, table: 'ticket', prefix: 'tkt' };
const MESSAGE: Kind<Message> = { Thing: Message, table: 'message', prefix: 'msg' };

async function read<T extends object>(
  ctx: Context,
  { Thing, table, prefix }: Kind<T>,
  ids: string[],
): Promise<T[]> {
  const now = ctx.fork();
  try {
    const em = await now.read();
    const { rows } = await sql<object>`
      select t.* from ${sql.table(table)} t where t.workspace_id = ${ctx.workspace}::uuid and t.id = any(${uuidArray(prefix, ids)})`.execute(
      em.getKysely(),
    );
    return hydrate(ctx.orm, Thing, rows);
  } finally {
    await now.endSnapshot();
  }
}
