import type { MikroORM } from '@deskgraph/common/database/database';
import { CLEANUP_BATCH_SIZE, deleteInBatches, startCleanup } from '@deskgraph/common/jobs/cleanup';
import type { Service } from '@deskgraph/common/service/subgraph';

const RETENTION = '90 days';
const MAX_PER_PERSON = 1_000;
const INTERVAL_MS = 3_600_000;

const DELETE_EXPIRED = `
  delete from notification where id = any(array(
    select id from notification where created_at < now() - interval '${RETENTION}'
    order by created_at limit ${CLEANUP_BATCH_SIZE} for update skip locked)) returning 1`;
const DELETE_EXCESS = `
  delete from notification where id = any(array(
    select n.id from (
      select workspace_id, person_id from notification
      group by workspace_id, person_id having count(*) > ${MAX_PER_PERSON}) person
    cross join lateral (
      select id from notification
      where workspace_id = person.workspace_id and person_id = person.person_id
      order by at desc, id desc offset ${MAX_PER_PERSON}
    ) n limit ${CLEANUP_BATCH_SIZE})) returning 1`;

/** Deletes expired notifications, and all but the newest MAX_PER_PERSON of each person. */
export async function deleteOldNotifications(orm: MikroORM, signal?: AbortSignal): Promise<void> {
  for (const statement of [DELETE_EXPIRED, DELETE_EXCESS])
    await deleteInBatches(orm, statement, signal);
}

export const startNotificationCleanup = ({ orm, log }: Service): (() => Promise<void>) =>
  startCleanup({ orm, log, intervalMs: INTERVAL_MS, cleanup: deleteOldNotifications });
