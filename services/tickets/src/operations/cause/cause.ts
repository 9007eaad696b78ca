import { Personal } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import { Field, ObjectType } from 'type-graphql';
import { ticketEventFromRow, ticketEventsSql } from '../../history/event/event-log.ts';
import { TicketEvent } from '../../history/event/event.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import { Operation } from '../../model/operation/operation.ts';
import { BulkJob } from '../bulk/job.ts';
import { bulkJobById } from '../bulk/queries.ts';
import { operationById } from '../journal/queries.ts';
import { Macro } from '../macro/macro.ts';
import { macroById } from '../macro/queries.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'The cause of an event that was not a manual change of a single ticket.',
})
export class Cause {
  @Field(() => Macro, {
    nullable: true,
    description: 'The macro that caused the event, if the caller can use it.',
  })
  macro!: Macro | null;
  @Personal()
  @Field(() => BulkJob, {
    nullable: true,
    description: 'The bulk job that caused the event; visible to its creator and to leads.',
  })
  job!: BulkJob | null;
  @Personal()
  @Field(() => Operation, {
    nullable: true,
    description: 'The operation of which the event is part, or whose undo caused it.',
  })
  operation!: Operation | null;
  @Field(() => TicketEvent, {
    nullable: true,
    description:
      'The event that triggered an automatic event: the reply that reopened the ticket, the solution of the problem of an incident, or the status change after which the ticket was closed.',
  })
  event!: TicketEvent | null;
}

/** The cause of an event, as far as the caller can see it; null for a manual change. */
export async function causeOf(ctx: Context, event: TicketEvent): Promise<Cause | null> {
  const { because = {}, operationId = because.operationId } = event.domainEvent.data;
  const { macroId, jobId } = because;
  const trigger = triggerOf(event);
  if (!macroId && !jobId && !operationId && !trigger) return null;
  const [macro, job, operation, triggerEvent] = await Promise.all([
    macroId ? macroById(ctx, macroId) : null,
    jobId ? bulkJobById(ctx, jobId) : null,
    operationId ? operationById(ctx, operationId) : null,
    trigger && findTriggerEvent(ctx, trigger),
  ]);
  return { macro, job, operation, event: triggerEvent };
}

/**
 * Identifies the event that triggered another one: the last of this type of the ticket that is
 * older than a version or from the same time.
 */
interface Trigger {
  ticketId: string;
  type: string;
  version: number | null;
  at: string | null;
}

/** The type of the trigger by the `cause` of the automatic event. */
const TRIGGER_TYPES: Readonly<Record<string, string>> = {
  assign: 'ticket.assigned',
  category: 'ticket.updated',
  reply: 'message.added',
  status: 'ticket.status_changed',
  closeAfter: 'ticket.status_changed',
};
/** The type of the event that scheduled an event with the cause `time`. */
const SCHEDULING_TYPES: Readonly<Record<string, string>> = {
  'ticket.woken': 'ticket.snoozed',
  'ticket.escalated': 'ticket.escalated',
};

function triggerOf({
  domainEvent: { type, subject, version, occurredAt, data },
}: TicketEvent): Trigger | null {
  // An incident is solved at the same time as its problem.
  if (data.problemId)
    return {
      ticketId: data.problemId,
      type: 'ticket.status_changed',
      version: null,
      at: occurredAt,
    };
  const triggerType =
    data.cause === 'time' ? SCHEDULING_TYPES[type] : TRIGGER_TYPES[data.cause ?? ''];
  return triggerType ? { ticketId: subject, type: triggerType, version, at: null } : null;
}

async function findTriggerEvent(ctx: Context, trigger: Trigger): Promise<TicketEvent | null> {
  if (!(await ticketById(ctx, trigger.ticketId))) return null;
  return ctx.load.byKey<TicketEvent | null>(
    'trigger events',
    JSON.stringify(trigger),
    (keys) => triggerEvents(ctx, keys),
    null,
  );
}

/** Trigger events by triggers as JSON. */
async function triggerEvents(
  ctx: Context,
  keys: readonly string[],
): Promise<Map<string, TicketEvent>> {
  const found = await rows(
    ctx,
    sql<{ trigger_number: number }>`
      select e.*, trigger.number::integer as trigger_number from rows from (
        jsonb_to_recordset(${`[${keys.join()}]`}::jsonb)
          as ("ticketId" text, type text, version integer, at timestamptz)
      ) with ordinality as trigger(id, type, version, at, number)
      cross join lateral (
        select e.* from ${ticketEventsSql(ctx.workspace, sql`trigger.id`)}
        where e.type = trigger.type and (e.version < trigger.version or e.at = trigger.at)
        order by e.version desc limit 1
      ) e`,
  );
  return new Map(found.map((row) => [keys[row.trigger_number - 1]!, ticketEventFromRow(row)]));
}
