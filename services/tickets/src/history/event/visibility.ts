import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import type { DomainEvent } from '@deskgraph/common/events/types';
import type { Context } from '@deskgraph/common/database/context';
import { fieldById } from '../../model/field/queries.ts';
import { visibleCustomStatus } from '../../configuration/status/queries.ts';
import { canSeeOnHold, visibleStatus } from '../../model/ticket/read-rights.ts';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { FieldChange } from './event.ts';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';

/** Fields of a ticket whose changes a requester may know. */
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
/** Facts that a requester may know whatever they carry. */
const PUBLIC_TYPES = ['ticket.created', 'ticket.followed_up', 'ticket.merged', 'ticket.split'];
/** Facts that a requester may know when they carry a change that he may know. */
const BY_FIELD: ReadonlySet<string> = new Set([
  'ticket.updated',
  'ticket.assigned',
  'ticket.participants_changed',
]);
/** Kinds of operations whose undo a requester may know. */
const PUBLIC_OPERATIONS = ['MERGE', 'SPLIT'];
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

const shown = (side: '0' | '1') =>
  sql`(case e.data #>> ${sql.lit(`{changes,status,${side}}`)}::text[] when 'ON_HOLD' then 'OPEN' else e.data #>> ${sql.lit(`{changes,status,${side}}`)}::text[] end)`;

/**
 * The facts about a visible ticket that exist for the actor, as a condition on `e`: all of them for staff; for requesters none of notes, of
 * labels, of moves that only concern ON_HOLD or look the same to them, or of a type that nobody has thought of here.
 */
export function visibleEventSql(actor: Actor): Condition {
  if (canSeeOnHold(actor)) return sql`true`;
  return sql`(case e.type
    when 'message.added' then e.data ->> 'visibility' = 'PUBLIC'
    when 'message.redacted' then e.data ->> 'visibility' = 'PUBLIC'
    when 'ticket.status_changed' then ${shown('0')} is distinct from ${shown('1')} or jsonb_exists(e.data, 'publicFields')
    when 'ticket.updated' then jsonb_exists_any(e.data -> 'changes', ${PUBLIC_FIELDS}::text[]) or jsonb_exists(e.data, 'publicFields')
    when 'ticket.assigned' then jsonb_exists_any(e.data -> 'changes', ${PUBLIC_FIELDS}::text[])
    when 'ticket.participants_changed' then jsonb_exists_any(e.data -> 'changes', ${PUBLIC_FIELDS}::text[])
    when 'operation.undone' then e.data ->> 'kind' = any(${PUBLIC_OPERATIONS}::text[])
    else e.type = any(${PUBLIC_TYPES}::text[]) end)`;
}

/** The same rule for a fact at hand. */
export function isEventVisible(
  actor: Actor,
  { type, data }: Pick<DomainEvent<LoggedTicketData>, 'type' | 'data'>,
): boolean {
  if (canSeeOnHold(actor)) return true;
  if (type === 'message.added' || type === 'message.redacted') return data.visibility === 'PUBLIC';
  const changes = data.changes ?? {};
  if ((type === 'ticket.updated' || type === 'ticket.status_changed') && data.publicFields)
    return true;
  if (type === 'ticket.status_changed')
    return (
      statusShown(actor, changes['status']?.[0]) !== statusShown(actor, changes['status']?.[1])
    );
  if (BY_FIELD.has(type)) return PUBLIC_FIELDS.some((field) => field in changes);
  if (type === 'operation.undone') return PUBLIC_OPERATIONS.includes(data.kind ?? '');
  return PUBLIC_TYPES.includes(type);
}

const statusShown = (actor: Actor, value: unknown): unknown =>
  visibleStatus(actor, value as TicketStatus);

/** What changed, as far as the actor may see it. Custom fields go by their key, and by whether they are shown to him today and were then. */
export async function visibleChanges(
  ctx: Context,
  { changes = {}, publicFields = [] }: Pick<LoggedTicketData, 'changes' | 'publicFields'>,
): Promise<FieldChange[]> {
  const named = await Promise.all(
    Object.entries(changes)
      .filter(
        ([field]) =>
          canSeeOnHold(ctx.actor) || PUBLIC_FIELDS.includes(field) || publicFields.includes(field),
      )
      .map(async ([field, [from, to]]) => {
        const name = await graphFieldName(ctx, field);
        return (
          name && {
            field: name,
            from: await valueShown(ctx, field, from),
            to: await valueShown(ctx, field, to),
          }
        );
      }),
  );
  // What reads the same before and after is no change to this caller.
  return named
    .filter((change) => typeof change === 'object' && change !== null)
    .filter(({ from, to }) => from !== to);
}

async function valueShown(ctx: Context, field: string, value: unknown): Promise<unknown> {
  if (field === 'status') return statusShown(ctx.actor, value);
  if (field !== 'customStatusId' || canSeeOnHold(ctx.actor) || value === null) return value;
  return (await visibleCustomStatus(ctx, value as string))?.id ?? null;
}

/** A changed field by its name in the graph; null for a custom field that is not there for the caller. */
export async function graphFieldName(ctx: Context, changed: string): Promise<string | null> {
  if (!changed.startsWith('fld_')) return GRAPH_NAMES[changed] ?? changed;
  const field = await fieldById(ctx, changed);
  return field && `field:${field.key}`;
}
