import { hydrate } from '@deskgraph/common/database/database';
import type { TestService } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { ticketState } from '../src/model/ticket/events.ts';
import { Ticket } from '../src/model/ticket/ticket.ts';
import { stableJson } from './event-log.ts';

/** A ticket whose row and last event differ: a change without an event. */
export interface UnloggedChange {
  id: string;
  stored: string;
  logged: string;
}

export async function unloggedChanges(
  { service, database }: TestService,
  workspace: string,
): Promise<UnloggedChange[]> {
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [workspace]);
  try {
    const { rows } = await owner.query<Record<string, unknown>>(
      'select * from ticket where workspace_id = $1',
      [workspace],
    );
    const { rows: events } = await owner.query<{
      subject: string;
      version: number;
      state: object;
    }>(
      `select distinct on (subject) subject, version, data -> 'state' as state from (
         select subject, version, data from event_log where workspace_id = $1
         union all select subject, version, data from outbox where workspace_id = $1) event
       where subject like 'tkt\\_%' order by subject, version desc`,
      [workspace],
    );
    const last = new Map(events.map((event) => [event.subject, event]));
    return hydrate(service.orm, Ticket, rows)
      .map((ticket) => {
        const event = last.get(ticket.id);
        return {
          id: ticket.id,
          stored: stableJson({ version: ticket.version, ...ticketState(ticket) }),
          logged: event ? stableJson({ version: event.version, ...event.state }) : 'no event',
        };
      })
      .filter(({ stored, logged }) => stored !== logged);
  } finally {
    await owner.end();
  }
}
