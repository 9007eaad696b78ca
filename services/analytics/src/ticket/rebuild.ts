import { openDatabase, sql } from '@deskgraph/common/database/database';
import type { Log } from '@deskgraph/common/core/log';
import { TICKETS_SOURCE, consumeTickets } from './consume.ts';

export interface RebuildOptions {
  /** Of the owner, who may empty the tables. */
  ownerUrl: string;
  /** Of the service. */
  url: string;
  ticketsUrl: string;
  secret: string;
  log: Log;
}

/** Drops the projection and takes in the whole tickets log again. Services may run meanwhile: they help, and report what is counted so far. */
export async function rebuildProjection({
  ownerUrl,
  url,
  ticketsUrl,
  secret,
  log,
}: RebuildOptions): Promise<void> {
  await clearProjection(ownerUrl, log);
  const orm = await openDatabase({ url, entities: [], log, connections: 4 });
  const follower = consumeTickets({ orm, log, config: { INTERNAL_SECRET: secret } }, ticketsUrl);
  try {
    await follower.catchUp();
  } finally {
    await follower.stop();
    await orm.close(true);
  }
}

/** The position is locked first, as followers do, so that no page of theirs ends up in an emptied table. */
async function clearProjection(ownerUrl: string, log: Log): Promise<void> {
  const owner = await openDatabase({ url: ownerUrl, entities: [], log, connections: 2 });
  try {
    await owner.em.fork().transactional(async (em) => {
      await sql`update feed_position set position = 0 where source = ${TICKETS_SOURCE}`.execute(
        em.getKysely(),
      );
      await sql`select set_config('desk.workspace', '*', true)`.execute(em.getKysely());
      await sql`delete from feed_dead where source = ${TICKETS_SOURCE}`.execute(em.getKysely());
      await sql`truncate ticket, unsolved, known_name, progress`.execute(em.getKysely());
    });
  } finally {
    await owner.close(true);
  }
}
