import { sql } from '@deskgraph/common/database/database';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import type { Ticket } from '../../model/ticket/ticket.ts';

/** What templates can name. */
export interface TemplateValues extends Record<string, object> {
  ticket: { number: number; subject: string; product: string; createdAt: string };
  requester: { name: string };
  agent: { name: string };
  department: { name: string };
  workspace: { name: string };
}

export const TEMPLATE_VARIABLES =
  '`{{ticket.number}}`, `{{ticket.subject}}`, `{{ticket.product}}`, `{{ticket.createdAt}}` (a day), `{{requester.name}}`, `{{agent.name}}` (who sends it), `{{department.name}}`, `{{workspace.name}}`';

/** A template is tried with these when it is saved. */
export const EXAMPLE_VALUES: TemplateValues = {
  ticket: { number: 1, subject: 'Subject', product: 'Product', createdAt: '2027-01-31' },
  requester: { name: 'Requester' },
  agent: { name: 'Agent' },
  department: { name: 'Department' },
  workspace: { name: 'Workspace' },
};

/** What is around a ticket. */
interface Around {
  workspace: string;
  timeZone: string;
  locale: string;
  department: string | null;
}

const around = (ctx: Context, { departmentId }: Ticket): Promise<Around> =>
  ctx.load.byKey<Around | null>(
    'names around tickets',
    departmentId ?? '',
    async (ids) => {
      const em = await ctx.read();
      const { rows } = await sql<Around>`
        select w.name as workspace, w.time_zone as "timeZone", w.locales[1] as locale, d.name as department
        from unnest(${ids.map((id) => uuidOf('dep', id))}::uuid[]) with ordinality as asked(id, at)
        join workspace w on w.id = ${ctx.workspace}::uuid left join department d on d.id = asked.id order by asked.at`.execute(
        em.getKysely(),
      );
      return new Map(ids.map((id, at) => [id, rows[at]!]));
    },
    null,
  ) as Promise<Around>;

/** The language to answer a ticket in: its requester's, else the default of the desk. */
export const replyLanguage = async (ctx: Context, ticket: Ticket): Promise<string> =>
  ticket.locale ?? (await around(ctx, ticket)).locale;

/** The values for a ticket, as the caller sends them. */
export async function templateValues(ctx: Context, ticket: Ticket): Promise<TemplateValues> {
  const { workspace, timeZone, department } = await around(ctx, ticket);
  return {
    ticket: {
      number: ticket.number,
      subject: ticket.subject,
      product: ticket.product ?? '',
      createdAt: dayIn(timeZone, ticket.createdAt),
    },
    requester: { name: ticket.requesterName },
    agent: { name: ctx.actor.name },
    department: { name: department ?? '' },
    workspace: { name: workspace },
  };
}

/** As `2027-01-31`. */
const dayIn = (timeZone: string, at: Date): string =>
  new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' }).format(at);
