import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import type { Ticket } from '../../model/ticket/ticket.ts';

/** The variables of templates. */
export interface TemplateValues extends Record<string, Record<string, string | number>> {
  ticket: { number: number; subject: string; product: string; createdAt: string };
  requester: { name: string };
  agent: { name: string };
  department: { name: string };
  workspace: { name: string };
}

/** The variables as listed in schema descriptions. */
export const TEMPLATE_VARIABLES =
  '`{{ticket.number}}`, `{{ticket.subject}}`, `{{ticket.product}}`, `{{ticket.createdAt}}` (a date), `{{requester.name}}`, `{{agent.name}}` (the sender), `{{department.name}}`, `{{workspace.name}}`';

/** A template is rendered with these values when it is saved. */
export const EXAMPLE_VALUES: TemplateValues = {
  ticket: { number: 1, subject: 'Subject', product: 'Product', createdAt: '2027-01-31' },
  requester: { name: 'Requester' },
  agent: { name: 'Agent' },
  department: { name: 'Department' },
  workspace: { name: 'Workspace' },
};

interface TicketEnvironment {
  workspace: string;
  timeZone: string;
  locale: string;
  department: string | null;
}

/** The names and settings that templates of the tickets of one department have in common. */
const environmentOf = (ctx: Context, { departmentId }: Ticket): Promise<TicketEnvironment> =>
  ctx.load.byKey<TicketEnvironment | null>(
    'template environments',
    departmentId ?? '',
    async (departmentIds) => {
      const environments = await rows(
        ctx,
        sql<TicketEnvironment>`
          select w.name as workspace, w.time_zone as "timeZone", w.locales[1] as locale,
            d.name as department
          from unnest(${departmentIds.map((id) => uuidOf('dep', id))}::uuid[])
            with ordinality as requested(id, position)
          join workspace w on w.id = ${ctx.workspace}::uuid
          left join department d on d.id = requested.id order by requested.position`,
      );
      return new Map(departmentIds.map((id, index) => [id, environments[index]!]));
    },
    null,
  ) as Promise<TicketEnvironment>;

/** The language for replies: that of the requester, else the default language of the workspace. */
export const replyLanguage = async (ctx: Context, ticket: Ticket): Promise<string> =>
  ticket.locale ?? (await environmentOf(ctx, ticket)).locale;

/** The values for a ticket, with the caller as the sender. */
export async function templateValues(ctx: Context, ticket: Ticket): Promise<TemplateValues> {
  const { workspace, timeZone, department } = await environmentOf(ctx, ticket);
  return {
    ticket: {
      number: ticket.number,
      subject: ticket.subject,
      product: ticket.product ?? '',
      createdAt: isoDate(timeZone, ticket.createdAt),
    },
    requester: { name: ticket.requesterName },
    agent: { name: ctx.actor.name },
    department: { name: department ?? '' },
    workspace: { name: workspace },
  };
}

/** As `2027-01-31`, the format of the Swedish locale. */
const isoDate = (timeZone: string, instant: Date): string =>
  new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' }).format(instant);
