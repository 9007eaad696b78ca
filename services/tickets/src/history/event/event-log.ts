import { sql } from '@deskgraph/common/database/database';
import { eventFromRow } from '@deskgraph/common/events/log';
import { TicketEvent } from './event.ts';

const COLUMNS = sql.raw('event_id, workspace_id, type, subject, version, actor, at, data');

/**
 * What is known of one ticket, as rows `e`: its part of the log, and what was recorded so recently that it has no position yet, so that
 * whoever has changed a ticket finds the change at once. Such a fact stands after everything that has a position; its cursor is the
 * end of the log as it was read, from where a subscription tells it again under the same id, and never leaves it out.
 */
export const ticketEventsSql = (workspace: string, subject: ReturnType<typeof sql>) =>
  rows(workspace, sql`subject = ${subject}`);

/** The same of many tickets. */
export const eventsOfTicketsSql = (workspace: string, subjects: readonly string[]) =>
  rows(workspace, sql`subject = any(${subjects}::text[])`);

const rows = (workspace: string, condition: ReturnType<typeof sql>) => sql`(
  select position, ${COLUMNS} from event_log where workspace_id = ${workspace}::uuid and ${condition}
  union all
  select (select head from relay_state), ${COLUMNS} from outbox where workspace_id = ${workspace}::uuid and ${condition}
) e`;

export const ticketEventFromRow = (row: object): TicketEvent =>
  new TicketEvent(eventFromRow(row as Record<string, unknown>));
