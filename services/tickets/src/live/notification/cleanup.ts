import type { MikroORM } from '@deskgraph/common/database/database';
import type { Service } from '@deskgraph/common/service/subgraph';
import { CLEANUP_BATCH_SIZE, deleteInBatches, startCleanup } from '@deskgraph/common/jobs/cleanup';

/** How long notifications are kept, and how many per person. */
const KEPT = '90 days';
const NEWEST = 1_000;
const EVERY_MS = 3_600_000;

const OLD = `
  delete from notification where id = any(array(
    select id from notification where created_at < now() - interval '${KEPT}' order by created_at limit ${CLEANUP_BATCH_SIZE} for update skip locked)) returning 1`;
const BEYOND = `
  delete from notification where id = any(array(
    select n.id from (select workspace_id, person_id from notification group by workspace_id, person_id having count(*) > ${NEWEST}) many
    cross join lateral (
      select id from notification where workspace_id = many.workspace_id and person_id = many.person_id order by at desc, id desc offset ${NEWEST}
    ) n limit ${CLEANUP_BATCH_SIZE})) returning 1`;

/** Deletes expired notifications and those above the limit per person. */
export async function deleteOldNotifications(orm: MikroORM, signal?: AbortSignal): Promise<void> {
  for (const statement of [OLD, BEYOND]) await deleteInBatches(orm, statement, signal);
}

export const startNotificationCleanup = ({ orm, log }: Service): (() => Promise<void>) =>
  startCleanup({ orm, log, intervalMs: EVERY_MS, cleanup: deleteOldNotifications });
