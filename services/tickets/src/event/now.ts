import { hydrate, sql, uuids } from '@deskgraph/common/database';
import { Loaders } from '@deskgraph/common/loader';
import type { Tail } from '@deskgraph/common/tail';
import type { Context } from '@deskgraph/common/transaction';
import { Ticket } from '../ticket/ticket.ts';

/** What was read about tickets while the log stood where it stands. */
interface Moment {
  head: number;
  until: number;
  load: Loaders;
}

/** A change that has no position yet is not missed for longer than this. */
const MOMENT_MS = 250;

const moments = new WeakMap<Tail, Moment>();

function momentOf(tail: Tail): Moment {
  const now = Date.now();
  let moment = moments.get(tail);
  if (!moment || moment.head !== tail.head || moment.until < now)
    moments.set(tail, (moment = { head: tail.head, until: now + MOMENT_MS, load: new Loaders() }));
  return moment;
}

/**
 * Tickets of the caller's workspace as they are now, whether he may see them or not. However many streams ask at one moment, each ticket is
 * read once.
 */
export async function ticketsNow(ctx: Context, ids: readonly string[]): Promise<Ticket[]> {
  const { load } = momentOf(ctx.tail!);
  const found = await Promise.all(ids.map((id) => load.byId(`tickets of ${ctx.workspace}`, id, (all) => read(ctx, all))));
  return found.filter((ticket) => ticket !== null);
}

async function read(ctx: Context, ids: string[]): Promise<Ticket[]> {
  const now = ctx.again();
  try {
    const em = await now.read();
    const { rows } = await sql<object>`
      select t.* from ticket t where t.workspace_id = ${ctx.workspace}::uuid and t.id = any(${uuids('tkt', ids)})`.execute(em.getKysely());
    return hydrate(ctx.orm, Ticket, rows);
  } finally {
    await now.end();
  }
}
