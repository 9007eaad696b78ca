import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { hydrate } from '@deskgraph/common/database/database';
import { ticketState } from '../src/model/ticket/events.ts';
import { Ticket } from '../src/model/ticket/ticket.ts';
import type { Desk } from './desk.ts';

/** What is stored of a ticket and what its last fact says of it: equal, or something was changed that nobody was told of. */
export interface Standing {
  id: string;
  stored: string;
  told: string;
}

/** The tickets of a workspace that stand otherwise than the log says. */
export async function untold({
  service,
  workspace,
}: Pick<Desk, 'service' | 'workspace'>): Promise<Standing[]> {
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [workspace]);
  try {
    const { rows } = await owner.query<Record<string, unknown>>(
      'select * from ticket where workspace_id = $1',
      [workspace],
    );
    const { rows: facts } = await owner.query<{ subject: string; version: number; state: string }>(
      `select distinct on (subject) subject, version, data -> 'state' as state from (
         select subject, version, data from event_log where workspace_id = $1 union all select subject, version, data from outbox where workspace_id = $1) e
       where subject like 'tkt\\_%' order by subject, version desc`,
      [workspace],
    );
    const last = new Map(facts.map((fact) => [fact.subject, fact]));
    return hydrate(service.service.orm, Ticket, rows)
      .map((ticket) => {
        const fact = last.get(ticket.id);
        return {
          id: ticket.id,
          stored: written({ version: ticket.version, ...ticketState(ticket) }),
          told: fact
            ? written({ version: fact.version, ...(fact.state as unknown as object) })
            : 'nothing',
        };
      })
      .filter(({ stored, told }) => stored !== told);
  } finally {
    await owner.end();
  }
}

/** Resolves once all that was recorded has its place in the log: from then on the cursors of what stands there stay the same. */
export async function placed({ service }: Pick<Desk, 'service'>): Promise<void> {
  const owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  try {
    while ((await owner.query('select from outbox')).rowCount) await sleep(5);
  } finally {
    await owner.end();
  }
}

/** As text, the same for the same. */
export function written(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
