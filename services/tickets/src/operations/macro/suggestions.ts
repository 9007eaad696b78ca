import { hydrate, sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { departmentScopeSql } from '../../staff/department/scope.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { Macro } from './macro.ts';
import { ticketTraits } from './use.ts';

const LIMIT = 20;

/**
 * The macros of the caller that fit a ticket, best first: those that were used most in the last 30 days on tickets that had something in common
 * with it, and each thing in common counts; then those that were used most. Tickets with the same traits share an answer, and all one statement.
 */
export function suggestedMacros(ctx: Context, ticket: Ticket, first: number): Promise<Macro[]> {
  const most = Math.min(Math.max(first, 0), LIMIT);
  return ctx.load.byParent(
    `suggested macros ${most}`,
    JSON.stringify(ticketTraits(ticket)),
    (asked) => ranked(ctx, asked, most),
    ({ of }) => of,
  );
}

async function ranked(
  ctx: Context,
  asked: readonly string[],
  most: number,
): Promise<(Macro & { of: string })[]> {
  const em = await ctx.read();
  const { rows } = await sql<{ of: string }>`
    with used as (
      select u.macro_id, trait, count(*)::integer as uses from macro_use u cross join lateral unnest(u.traits) as trait
      where u.workspace_id = ${ctx.workspace}::uuid and u.at > now() - interval '30 days' group by u.macro_id, trait
    ), total as (
      select u.macro_id, count(*)::integer as uses from macro_use u
      where u.workspace_id = ${ctx.workspace}::uuid and u.at > now() - interval '30 days' group by u.macro_id
    ), fit as (
      select asked.traits, used.macro_id, sum(used.uses) as uses from unnest(${asked}::text[]) as asked(traits)
      cross join lateral jsonb_array_elements_text(asked.traits::jsonb) as has(trait) join used on used.trait = has.trait
      group by asked.traits, used.macro_id
    ), placed as (
      select asked.traits, k.id, row_number() over (
        partition by asked.traits order by coalesce(fit.uses, 0) desc, coalesce(total.uses, 0) desc, lower(k.name), k.id) as place
      from unnest(${asked}::text[]) as asked(traits) cross join macro k
      left join fit on fit.traits = asked.traits and fit.macro_id = k.id left join total on total.macro_id = k.id
      where ${departmentScopeSql(ctx.actor)}
    )
    select m.*, placed.traits as of from placed join macro m on m.id = placed.id where placed.place <= ${most}
    order by placed.traits, placed.place`.execute(em.getKysely());
  return hydrate(ctx.orm, Macro, rows).map((macro, at) =>
    Object.assign(macro, { of: rows[at]!.of }),
  );
}
