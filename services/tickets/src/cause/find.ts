import { sql } from '@deskgraph/common/database';
import type { Context } from '@deskgraph/common/transaction';
import { byId as jobById } from '../bulk/find.ts';
import type { TicketEvent } from '../event/event.ts';
import { eventOf, factsOf } from '../event/rows.ts';
import { byId as macroById } from '../macro/find.ts';
import { byId as operationById } from '../operation/find.ts';
import { byId as ticketById } from '../ticket/find.ts';
import type { Cause } from './cause.ts';

/** What a fact came of, as far as the caller may see it; null when somebody did it by hand. */
export async function causeOf(ctx: Context, { fact }: TicketEvent): Promise<Cause | null> {
  const { because = {}, operationId = because.operationId, problemId } = fact.data;
  const { macroId, jobId } = because;
  if (!macroId && !jobId && !operationId && !problemId) return null;
  const [macro, job, operation, event] = await Promise.all([
    macroId ? macroById(ctx, macroId) : null,
    jobId ? jobById(ctx, jobId) : null,
    operationId ? operationById(ctx, operationId) : null,
    problemId ? solutionOf(ctx, problemId, fact.at) : null,
  ]);
  return { macro, job, operation, event };
}

/** The fact that a problem was solved, at the instant at which its incidents were. */
async function solutionOf(ctx: Context, problemId: string, at: string): Promise<TicketEvent | null> {
  if (!(await ticketById(ctx, problemId))) return null;
  return ctx.load.byKey<TicketEvent | null>('solutions of problems', `${problemId} ${at}`, (keys) => solutions(ctx, keys), null);
}

async function solutions(ctx: Context, keys: string[]): Promise<Map<string, TicketEvent>> {
  const asked = keys.map((key) => key.split(' ') as [id: string, at: string]);
  const em = await ctx.read();
  const { rows } = await sql<object>`
    select found.* from unnest(${asked.map(([id]) => id)}::text[], ${asked.map(([, at]) => at)}::timestamptz[]) as asked(id, at)
    cross join lateral (
      select e.* from ${factsOf(ctx.workspace, sql`asked.id`)}
      where e.at = asked.at and e.type = 'ticket.status_changed' and e.data #>> '{state,status}' = 'SOLVED' order by e.version desc limit 1
    ) found`.execute(em.getKysely());
  return new Map(rows.map(eventOf).map((event) => [`${event.fact.subject} ${event.fact.at}`, event]));
}
