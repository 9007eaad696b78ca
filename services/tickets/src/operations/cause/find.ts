import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { byId as jobById } from '../bulk/find.ts';
import type { TicketEvent } from '../../history/event/event.ts';
import { eventOf, factsOf } from '../../history/event/queries.ts';
import { macroById } from '../macro/queries.ts';
import { byId as operationById } from '../undo/find.ts';
import { ticketById } from '../../model/lookup/find.ts';
import type { Cause } from './cause.ts';

/** What a fact came of, as far as the caller may see it; null when somebody did it by hand. */
export async function causeOf(ctx: Context, event: TicketEvent): Promise<Cause | null> {
  const { because = {}, operationId = because.operationId } = event.fact.data;
  const { macroId, jobId } = because;
  const trigger = triggerOf(event);
  if (!macroId && !jobId && !operationId && !trigger) return null;
  const [macro, job, operation, before] = await Promise.all([
    macroId ? macroById(ctx, macroId) : null,
    jobId ? jobById(ctx, jobId) : null,
    operationId ? operationById(ctx, operationId) : null,
    trigger && setOffBy(ctx, trigger),
  ]);
  return { macro, job, operation, event: before };
}

/** The fact that set another one off: the last of a ticket of this type, before a version of it or at an instant. */
interface Trigger {
  ticketId: string;
  type: string;
  version: number | null;
  at: string | null;
}

/** Which facts of a ticket set others of it off, by the cause that these tell. */
const SETS_OFF: Readonly<Record<string, string>> = {
  assign: 'ticket.assigned',
  category: 'ticket.updated',
  reply: 'message.added',
  status: 'ticket.status_changed',
  closeAfter: 'ticket.status_changed',
};
/** What comes by the clock was set by a fact as well. */
const IN_TIME: Readonly<Record<string, string>> = {
  'ticket.woken': 'ticket.snoozed',
  'ticket.escalated': 'ticket.escalated',
};

function triggerOf({
  fact: { type, subject, version, occurredAt: at, data },
}: TicketEvent): Trigger | null {
  if (data.problemId)
    return { ticketId: data.problemId, type: 'ticket.status_changed', version: null, at };
  const before = data.cause === 'time' ? IN_TIME[type] : SETS_OFF[data.cause ?? ''];
  return before ? { ticketId: subject, type: before, version, at: null } : null;
}

async function setOffBy(ctx: Context, trigger: Trigger): Promise<TicketEvent | null> {
  if (!(await ticketById(ctx, trigger.ticketId))) return null;
  return ctx.load.byKey<TicketEvent | null>(
    'facts that set others off',
    JSON.stringify(trigger),
    (keys) => triggers(ctx, keys),
    null,
  );
}

/** An incident is solved at the instant at which its problem is. */
async function triggers(ctx: Context, keys: readonly string[]): Promise<Map<string, TicketEvent>> {
  const em = await ctx.read();
  const { rows } = await sql<{ place: number }>`
    select found.*, asked.place::integer from rows from (
      jsonb_to_recordset(${`[${keys.join()}]`}::jsonb) as ("ticketId" text, type text, version integer, at timestamptz)
    ) with ordinality as asked(id, type, version, at, place)
    cross join lateral (
      select e.* from ${factsOf(ctx.workspace, sql`asked.id`)}
      where e.type = asked.type and (e.version < asked.version or e.at = asked.at) order by e.version desc limit 1
    ) found`.execute(em.getKysely());
  return new Map(rows.map((row) => [keys[row.place - 1]!, eventOf(row)]));
}
