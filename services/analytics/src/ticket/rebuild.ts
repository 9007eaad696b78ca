import type { Log } from '@deskgraph/common/core/log';
import { openDatabase, sql } from '@deskgraph/common/database/database';
import { TICKETS_SOURCE, consumeTickets } from './consume.ts';

export interface RebuildOptions {
  /** Connection of the database owner, who may truncate tables. */
  ownerUrl: string;
  /** Connection of the service. */
  url: string;
  ticketsUrl: string;
  secret: string;
  log: Log;
}

/**
 * Empties the projection and applies the whole log of the tickets service again. Services may run
 * meanwhile: they apply events too, and report what is projected so far.
 */
export async function rebuildProjection({
  ownerUrl,
  url,
  ticketsUrl,
  secret,
  log,
}: RebuildOptions): Promise<void> {
  await clearProjection(ownerUrl, log);
  const orm = await openDatabase({ url, entities: [], log, connections: 4 });
  const consumer = consumeTickets({ orm, log, config: { INTERNAL_SECRET: secret } }, ticketsUrl);
  try {
    await consumer.catchUp();
  } finally {
    await consumer.stop();
    await orm.close(true);
  }
}

/**
 * Locks the position first, as consumers do, so that none of them adds a page of events to the
 * emptied tables.
 */
async function clearProjection(ownerUrl: string, log: Log): Promise<void> {
  const owner = await openDatabase({ url: ownerUrl, entities: [], log, connections: 2 });
  try {
    await owner.em.fork().transactional(async (em) => {
      const kysely = em.getKysely();
      await sql`update feed_position set position = 0 where source = ${TICKETS_SOURCE}`.execute(
        kysely,
      );
      await sql`select set_config('desk.workspace', '*', true)`.execute(kysely);
      await sql`delete from dead_letter where source = ${TICKETS_SOURCE}`.execute(kysely);
      await sql`truncate ticket, unsolved, known_name, progress`.execute(kysely);
    });
  } finally {
    await owner.close(true);
  }
}
