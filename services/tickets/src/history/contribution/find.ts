import { sql, uuidArray } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { agentById } from '../../staff/agent/queries.ts';
import { eventsOfTicketsSql } from '../event/event-log.ts';
import type { Contribution } from './contribution.ts';

interface Share extends Omit<Contribution, 'agent'> {
  ticketId: string;
  agentId: string;
}

/** What each agent did for a ticket, by name: what was written lies where it lies now, all else is told by the facts of the ticket. */
export async function findContributions(ctx: Context, ticketId: string): Promise<Contribution[]> {
  const shares = await ctx.load.byParent(
    'contributions',
    ticketId,
    (ids) => sharesOf(ctx, ids),
    (share) => share.ticketId,
  );
  const found = await Promise.all(
    shares.map(async (share) => {
      const agent = await agentById(ctx, share.agentId);
      return agent && Object.assign(share, { agent });
    }),
  );
  return found.filter((each) => each !== null).sort(byName);
}

const byName = (a: Contribution, b: Contribution): number =>
  a.agent.name.localeCompare(b.agent.name) || (a.agent.id < b.agent.id ? -1 : 1);

interface Row {
  ticket: string;
  agent: string;
  replies: number;
  notes: number;
  first_at: string;
  last_at: string;
}

async function sharesOf(ctx: Context, ids: readonly string[]): Promise<Share[]> {
  const em = await ctx.read();
  const { rows } = await sql<Row>`
    select ticket, agent, sum(reply)::integer as replies, sum(note)::integer as notes, min(at) as first_at, max(at) as last_at from (
      select asked.id as ticket, m.author_id as agent, (m.visibility = 'PUBLIC')::integer as reply, (m.visibility = 'PRIVATE')::integer as note, m.created_at as at
      from unnest(${ids}::text[], ${uuidArray('tkt', ids)}) as asked(id, uuid) join message m on m.ticket_id = asked.uuid
      where m.author_kind = 'agent' and m.delivery not in ('SCHEDULED', 'CANCELLED')
      union all
      select e.subject, e.actor ->> 'id', 0, 0, e.at from ${eventsOfTicketsSql(ctx.workspace, ids)}
      where e.actor ->> 'kind' = 'agent' and e.type not in ('message.added', 'ticket.created')
    ) act group by ticket, agent`.execute(em.getKysely());
  return rows.map(({ ticket, agent, replies, notes, first_at: firstAt, last_at: lastAt }) => ({
    ticketId: ticket,
    agentId: agent,
    replies,
    notes,
    firstAt: new Date(firstAt),
    lastAt: new Date(lastAt),
  }));
}
