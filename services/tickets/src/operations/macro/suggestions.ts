import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute, rows } from '@deskgraph/common/database/query';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { departmentScopeSql } from '../../staff/department/scope.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { Macro } from './macro.ts';

const MAX_SUGGESTIONS = 20;

/** Traits that tickets share: category, department and tags. */
export const ticketTraits = ({
  categoryId,
  departmentId,
  tags,
}: Pick<Ticket, 'categoryId' | 'departmentId' | 'tags'>): string[] =>
  [categoryId, departmentId, ...tags.map((name) => `tag ${name}`)]
    .filter((trait) => trait !== null)
    .sort();

/**
 * Stores the traits of a ticket to which a macro was applied, for suggestions, and deletes rows of
 * the workspace that are older than 30 days.
 */
export async function recordMacroUse(
  ctx: Context,
  { id }: Macro,
  traits: readonly string[],
): Promise<void> {
  await execute(
    ctx,
    sql`
      insert into macro_use (workspace_id, macro_id, at, traits)
      values (${ctx.workspace}::uuid, ${uuidOf('mac', id)}::uuid, now(), ${traits}::text[])`,
  );
  await execute(
    ctx,
    sql`
      delete from macro_use
      where workspace_id = ${ctx.workspace}::uuid and at < now() - interval '30 days'`,
  );
}

/**
 * The macros visible to the caller that suit a ticket, best first. A macro's score is the number of
 * times it was applied in the last 30 days to tickets with a trait of this one, summed over the
 * traits; ties are ordered by how often the macro was applied to any ticket. One statement ranks
 * the macros for all tickets of a request.
 */
export function suggestedMacros(ctx: Context, ticket: Ticket, first: number): Promise<Macro[]> {
  const count = Math.min(Math.max(first, 0), MAX_SUGGESTIONS);
  return ctx.load.byParent(
    `suggested macros ${count}`,
    JSON.stringify(ticketTraits(ticket)),
    (traitSets) => rankMacros(ctx, traitSets, count),
    ({ traitSet }) => traitSet,
  );
}

type RankedMacro = Macro & { traitSet: string };

async function rankMacros(
  ctx: Context,
  traitSets: readonly string[],
  count: number,
): Promise<RankedMacro[]> {
  const isRecentUse = sql`u.workspace_id = ${ctx.workspace}::uuid
    and u.at > now() - interval '30 days'`;
  const ranked = await rows(
    ctx,
    sql<{ traitSet: string }>`
      with uses_by_trait as (
        select u.macro_id, trait, count(*)::integer as uses
        from macro_use u cross join lateral unnest(u.traits) as trait
        where ${isRecentUse} group by u.macro_id, trait
      ), total as (
        select u.macro_id, count(*)::integer as uses from macro_use u
        where ${isRecentUse} group by u.macro_id
      ), score as (
        select requested.traits, used.macro_id, sum(used.uses) as uses
        from unnest(${traitSets}::text[]) as requested(traits)
        cross join lateral jsonb_array_elements_text(requested.traits::jsonb) as ticket(trait)
        join uses_by_trait used on used.trait = ticket.trait
        group by requested.traits, used.macro_id
      ), ranked as (
        select requested.traits, k.id, row_number() over (
          partition by requested.traits
          order by coalesce(score.uses, 0) desc, coalesce(total.uses, 0) desc, lower(k.name), k.id
        ) as rank
        from unnest(${traitSets}::text[]) as requested(traits) cross join macro k
        left join score on score.traits = requested.traits and score.macro_id = k.id
        left join total on total.macro_id = k.id
        where ${departmentScopeSql(ctx.actor)}
      )
      select m.*, ranked.traits as "traitSet" from ranked join macro m on m.id = ranked.id
      where ranked.rank <= ${count} order by ranked.traits, ranked.rank`,
  );
  return hydrate(ctx.orm, Macro, ranked).map((macro, index) =>
    Object.assign(macro, { traitSet: ranked[index]!.traitSet }),
  );
}
