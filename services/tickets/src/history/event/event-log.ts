import { sql } from '@deskgraph/common/database/database';
import { eventFromRow } from '@deskgraph/common/events/log';
import { TicketEvent } from './event.ts';

const COLUMNS = sql.raw('event_id, workspace_id, type, subject, version, actor, at, data');

/**
 * The events of one ticket as rows `e`: those of the log, and those in the outbox that have no
 * position yet, so that a caller sees their own change at once. An event of the outbox is the last
 * one, and its position is the current end of the log: a subscription from there delivers it again
 * under the same id and never misses it.
 *
 * @example
 * sql`select e.* from ${ticketEventsSql(ctx.workspace, sql`${ticketId}`)} order by e.version`
 */
export const ticketEventsSql = (workspace: string, subject: ReturnType<typeof sql>) =>
  eventRowsSql(workspace, sql`subject = ${subject}`);

/** The same for several tickets. */
export const eventsOfTicketsSql = (workspace: string, ticketIds: readonly string[]) =>
  eventRowsSql(workspace, sql`subject = any(${ticketIds}::text[])`);

const eventRowsSql = (workspace: string, condition: ReturnType<typeof sql>) => sql`(
  select position, ${COLUMNS} from event_log
    where workspace_id = ${workspace}::uuid and ${condition}
  union all
  select (select head from relay_state), ${COLUMNS} from outbox
    where workspace_id = ${workspace}::uuid and ${condition}
) e`;

export const ticketEventFromRow = (row: object): TicketEvent =>
  new TicketEvent(eventFromRow(row as Record<string, unknown>));
