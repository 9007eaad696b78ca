import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { ids, rows } from '@deskgraph/common/database/query';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { eventsOfTicketsSql } from '../event/event-log.ts';

@ObjectType({ simpleResolvers: true, description: 'The work of one agent on a ticket.' })
export class Contribution {
  @Field(() => Agent, { description: 'The agent.' }) agent!: Agent;
  @Field(() => Int, {
    description:
      'The number of public replies in the ticket, including redacted ones. Scheduled replies are not counted.',
  })
  replies!: number;
  @Field(() => Int, {
    description: 'The number of private notes in the ticket, including redacted ones.',
  })
  notes!: number;
  @Field(() => DateTime, {
    description: 'The time of the first message or change of the agent on the ticket.',
  })
  firstAt!: Date;
  @Field(() => DateTime, {
    description: 'The time of the last message or change of the agent on the ticket.',
  })
  lastAt!: Date;
}

interface ContributionRow extends Omit<Contribution, 'agent'> {
  ticketId: string;
  agentId: string;
}

/**
 * The contributions to a ticket, by name of the agent. Messages count for the ticket they are in
 * now, after merges and splits; other changes count for the ticket of their event.
 */
export async function findContributions(ctx: Context, ticketId: string): Promise<Contribution[]> {
  const found = await ctx.load.byParent(
    'contributions',
    ticketId,
    (ticketIds) => readContributions(ctx, ticketIds),
    (row) => row.ticketId,
  );
  const contributions = await Promise.all(
    found.map(async (row) => {
      const agent = await agentById(ctx, row.agentId);
      return agent && Object.assign(row, { agent });
    }),
  );
  return contributions.filter((contribution) => contribution !== null).sort(byAgentName);
}

const byAgentName = (a: Contribution, b: Contribution): number =>
  a.agent.name.localeCompare(b.agent.name) || (a.agent.id < b.agent.id ? -1 : 1);

async function readContributions(
  ctx: Context,
  ticketIds: readonly string[],
): Promise<ContributionRow[]> {
  const found = await rows(
    ctx,
    sql<{
      ticket_id: string;
      agent_id: string;
      replies: number;
      notes: number;
      first_at: string;
      last_at: string;
    }>`
      select ticket_id, agent_id, sum(reply)::integer as replies, sum(note)::integer as notes,
        min(at) as first_at, max(at) as last_at
      from (
        select owner.id as ticket_id, m.author_id as agent_id,
          (m.visibility = 'PUBLIC')::integer as reply,
          (m.visibility = 'PRIVATE')::integer as note, m.created_at as at
        from unnest(${ticketIds}::text[], ${ids('tkt', ticketIds)}) as owner(id, uuid)
        join message m on m.ticket_id = owner.uuid
        where m.author_kind = 'agent' and m.delivery not in ('SCHEDULED', 'CANCELLED')
        union all
        select e.subject, e.actor ->> 'id', 0, 0, e.at
        from ${eventsOfTicketsSql(ctx.workspace, ticketIds)}
        where e.actor ->> 'kind' = 'agent' and e.type not in ('message.added', 'ticket.created')
      ) activity group by ticket_id, agent_id`,
  );
  return found.map((row) => ({
    ticketId: row.ticket_id,
    agentId: row.agent_id,
    replies: row.replies,
    notes: row.notes,
    firstAt: new Date(row.first_at),
    lastAt: new Date(row.last_at),
  }));
}
