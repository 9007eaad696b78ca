import { sql } from '@deskgraph/common/database';
import { uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import type { Ticket } from '../ticket/ticket.ts';

/** What templates can name. */
export interface Values extends Record<string, object> {
  ticket: { number: number; subject: string; product: string; createdAt: string };
  requester: { name: string };
  agent: { name: string };
  department: { name: string };
  workspace: { name: string };
}

export const DESCRIBED =
  '`{{ticket.number}}`, `{{ticket.subject}}`, `{{ticket.product}}`, `{{ticket.createdAt}}` (a day), `{{requester.name}}`, `{{agent.name}}` (who sends it), `{{department.name}}`, `{{workspace.name}}`';

/** A template is tried with these when it is saved. */
export const EXAMPLE: Values = {
  ticket: { number: 1, subject: 'Subject', product: 'Product', createdAt: '2027-01-31' },
  requester: { name: 'Requester' },
  agent: { name: 'Agent' },
  department: { name: 'Department' },
  workspace: { name: 'Workspace' },
};

/** The values for a ticket, as the caller sends them. */
export async function valuesOf(ctx: Context, ticket: Ticket): Promise<Values> {
  const names = await ctx.load.byKey<{ workspace: string; department: string | null } | null>(
    'names around tickets',
    ticket.departmentId ?? '',
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<{ workspace: string; department: string | null }>`
        select w.name as workspace, d.name as department from unnest(${ids.map((id) => uuidOf('dep', id))}::uuid[]) with ordinality as asked(id, at)
        join workspace w on w.id = ${ctx.workspace}::uuid left join department d on d.id = asked.id order by asked.at`.execute(
        em.getKysely(),
      );
      return new Map(ids.map((id, at) => [id, rows[at]!]));
    },
    null,
  );
  return {
    ticket: {
      number: ticket.number,
      subject: ticket.subject,
      product: ticket.product ?? '',
      createdAt: ticket.createdAt.toISOString().slice(0, 10),
    },
    requester: { name: ticket.requesterName },
    agent: { name: ctx.actor.name },
    department: { name: names?.department ?? '' },
    workspace: { name: names?.workspace ?? '' },
  };
}
