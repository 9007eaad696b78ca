import type { Actor } from '@deskgraph/common/auth/access';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { visibleCustomStatus } from '../../configuration/status/queries.ts';
import { fieldById } from '../../model/field/queries.ts';
import { canSeeOnHold, visibleStatus } from '../../model/ticket/read-rights.ts';
import type { FieldChange } from './event.ts';

/** Ticket fields whose changes requesters can see. */
const PUBLIC_FIELDS = [
  'subject',
  'priority',
  'organizationId',
  'locale',
  'product',
  'status',
  'assigneeId',
  'departmentId',
  'categoryId',
  'mergedInto',
  'ccIds',
  'splitFrom',
  'closesAt',
];
/** Event types that requesters can see in any case. */
const PUBLIC_TYPES = ['ticket.created', 'ticket.followed_up', 'ticket.merged', 'ticket.split'];
/** Event types that requesters can see if a public field was changed. */
const FIELD_DEPENDENT_TYPES: ReadonlySet<string> = new Set([
  'ticket.updated',
  'ticket.assigned',
  'ticket.participants_changed',
]);
/** Kinds of operations whose undo requesters can see. */
const PUBLIC_OPERATIONS = ['MERGE', 'SPLIT'];
/** The graph names of fields that have another name in events. */
const GRAPH_NAMES: Record<string, string> = {
  organizationId: 'organization',
  assigneeId: 'assignee',
  departmentId: 'department',
  requesterId: 'requester',
  categoryId: 'category',
  ccIds: 'ccs',
  followerIds: 'followers',
  customStatusId: 'customStatus',
};

/** The status before (0) or after (1) a change, as requesters see it. */
function publicStatusSql(side: '0' | '1'): ReturnType<typeof sql> {
  const status = sql`e.data #>> ${sql.lit(`{changes,status,${side}}`)}::text[]`;
  return sql`(case ${status} when 'ON_HOLD' then 'OPEN' else ${status} end)`;
}

/**
 * A condition on `e`: the events of a visible ticket that the actor can see. Staff see all.
 * Requesters see neither notes nor tags, nor status changes that look the same to them, nor event
 * types that are not listed here.
 */
export function visibleEventSql(actor: Actor): Condition {
  if (canSeeOnHold(actor)) return sql`true`;
  const changesPublicField = sql`jsonb_exists_any(e.data -> 'changes', ${PUBLIC_FIELDS}::text[])`;
  const hasPublicFields = sql`jsonb_exists(e.data, 'publicFields')`;
  return sql`(case e.type
    when 'message.added' then e.data ->> 'visibility' = 'PUBLIC'
    when 'message.redacted' then e.data ->> 'visibility' = 'PUBLIC'
    when 'ticket.status_changed'
      then ${publicStatusSql('0')} is distinct from ${publicStatusSql('1')} or ${hasPublicFields}
    when 'ticket.updated' then ${changesPublicField} or ${hasPublicFields}
    when 'ticket.assigned' then ${changesPublicField}
    when 'ticket.participants_changed' then ${changesPublicField}
    when 'operation.undone' then e.data ->> 'kind' = any(${PUBLIC_OPERATIONS}::text[])
    else e.type = any(${PUBLIC_TYPES}::text[]) end)`;
}

/** `visibleEventSql` for an event in memory. */
export function isEventVisible(
  actor: Actor,
  { type, data }: Pick<DomainEvent<LoggedTicketData>, 'type' | 'data'>,
): boolean {
  if (canSeeOnHold(actor)) return true;
  if (type === 'message.added' || type === 'message.redacted') return data.visibility === 'PUBLIC';
  const changes = data.changes ?? {};
  if ((type === 'ticket.updated' || type === 'ticket.status_changed') && data.publicFields)
    return true;
  if (type === 'ticket.status_changed') {
    const [from, to] = changes['status'] ?? [];
    return statusFor(actor, from) !== statusFor(actor, to);
  }
  if (FIELD_DEPENDENT_TYPES.has(type)) return PUBLIC_FIELDS.some((field) => field in changes);
  if (type === 'operation.undone') return PUBLIC_OPERATIONS.includes(data.kind ?? '');
  return PUBLIC_TYPES.includes(type);
}

const statusFor = (actor: Actor, status: unknown): unknown =>
  visibleStatus(actor, status as TicketStatus);

/**
 * The changes that the caller can see, with graph names. A custom field must be visible to a
 * requester now and have been visible at the time of the event.
 */
export async function visibleChanges(
  ctx: Context,
  { changes = {}, publicFields = [] }: Pick<LoggedTicketData, 'changes' | 'publicFields'>,
): Promise<FieldChange[]> {
  const { actor } = ctx;
  const visible = Object.entries(changes).filter(
    ([field]) =>
      canSeeOnHold(actor) || PUBLIC_FIELDS.includes(field) || publicFields.includes(field),
  );
  const fieldChanges = await Promise.all(
    visible.map(async ([eventField, [from, to]]): Promise<FieldChange | null> => {
      const field = await graphFieldName(ctx, eventField);
      return field
        ? {
            field,
            from: await visibleValue(ctx, eventField, from),
            to: await visibleValue(ctx, eventField, to),
          }
        : null;
    }),
  );
  // A change between values that look the same to the caller is hidden.
  return fieldChanges.filter((change) => change !== null).filter(({ from, to }) => from !== to);
}

async function visibleValue(ctx: Context, field: string, value: unknown): Promise<unknown> {
  if (field === 'status') return statusFor(ctx.actor, value);
  if (field !== 'customStatusId' || canSeeOnHold(ctx.actor) || value === null) return value;
  return (await visibleCustomStatus(ctx, value as string))?.id ?? null;
}

/** The graph name of a changed field; null for a custom field that the caller cannot see. */
export async function graphFieldName(ctx: Context, eventField: string): Promise<string | null> {
  if (!eventField.startsWith('fld_')) return GRAPH_NAMES[eventField] ?? eventField;
  const field = await fieldById(ctx, eventField);
  return field && `field:${field.key}`;
}
