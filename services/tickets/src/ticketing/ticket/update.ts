import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { categoryDefaults } from '../../configuration/category/defaults.ts';
import { applyFieldValues } from '../../configuration/field/values.ts';
import { ensureTags } from '../../configuration/tag/mutations.ts';
import { lockTicket } from '../../model/lookup/lock.ts';
import { ticketEvent, ticketUpdatedEvent } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { refuseTakenExternalId } from '../../model/lookup/queries.ts';
import { type NewAssignment, reassignTicket } from '../../staff/agent/assignment.ts';
import { appOnlyExternalId, refuseInvalidOrganizationId } from '../../staff/references.ts';
import { reindexTickets } from '../message/search-index.ts';
import type { TicketUpdateInput, TicketUpdatePayload } from './input.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';

const PLAIN_FIELDS = ['subject', 'priority', 'organizationId', 'locale', 'product'] as const;
/** The code with which null is refused for a field that cannot be cleared. */
const NOT_NULL_FIELDS = { subject: 'REQUIRED', priority: 'PRIORITY_UNSET' } as const;
const MAX_TAGS_PER_TICKET = 100;

/** Changes fields of a ticket; fields that are left out stay, null clears. */
export async function updateTicket(
  ctx: Context,
  input: TicketUpdateInput,
): Promise<TicketUpdatePayload> {
  const ticket = await lockTicket(ctx, input.id);
  refuseStaleVersion(ticket, input.expectedVersion);
  for (const [field, code] of Object.entries(NOT_NULL_FIELDS))
    if (input[field as keyof typeof NOT_NULL_FIELDS] === null) throw new Refusal(code, field);
  refuseInvalidOrganizationId(input.organizationId);
  const changes: Changes = {};
  const setField: SetField = (field, value) => {
    if (ticket[field] === value) return;
    changes[field] = [ticket[field], value];
    ticket[field] = value;
  };
  const assignment = await setCategory(ctx, ticket, input, setField);
  for (const field of PLAIN_FIELDS)
    if (input[field] !== undefined) setField(field, input[field] as never);
  if (input.externalId !== undefined) await setExternalId(ctx, ticket, input.externalId, setField);
  await setTags(ctx, ticket, input, changes);
  const { publicFields, ...fields } = await applyFieldValues(ctx, ticket.fields, input.fields);
  if (Object.keys(fields.changes).length) ticket.fields = fields.values;
  Object.assign(changes, fields.changes);
  const events = Object.keys(changes).length
    ? [ticketUpdatedEvent(ticket, changes, { publicFields })]
    : [];
  const reassigned = assignment ? await reassignTicket(ctx, ticket, assignment) : {};
  if (Object.keys(reassigned).length)
    events.push(ticketEvent('ticket.assigned', ticket, { cause: 'category', changes: reassigned }));
  await appendEvents(ctx, events);
  if ('subject' in changes) await reindexTickets(ctx, [ticket]);
  return { ticket, userErrors: [] };
}

type SetField = <K extends keyof Ticket & string>(field: K, value: Ticket[K]) => void;

/**
 * Sets the category and the priority that is its default. Returns the assignment to the default
 * department. A CLOSED ticket keeps priority and department.
 */
async function setCategory(
  ctx: Context,
  ticket: Ticket,
  { categoryId, priority }: TicketUpdateInput,
  setField: SetField,
): Promise<NewAssignment | undefined> {
  if (categoryId === undefined || categoryId === ticket.categoryId) return undefined;
  const defaults = await categoryDefaults(ctx, categoryId);
  setField('categoryId', categoryId);
  if (ticket.status === TicketStatus.CLOSED) return undefined;
  if (defaults.priority && priority === undefined) setField('priority', defaults.priority);
  return defaults.departmentId ? { departmentId: defaults.departmentId } : undefined;
}

async function setExternalId(
  ctx: Context,
  ticket: Ticket,
  externalId: string | null,
  setField: SetField,
): Promise<void> {
  if (ticket.appId && ticket.appId !== ctx.actor.id) throw new Refusal('FORBIDDEN', 'externalId');
  const idOfApp = appOnlyExternalId(ctx.actor, externalId);
  if (idOfApp && idOfApp !== ticket.externalId) await refuseTakenExternalId(ctx, idOfApp);
  ticket.appId = idOfApp ? ctx.actor.id : null;
  setField('externalId', idOfApp);
}

async function setTags(
  ctx: Context,
  ticket: Ticket,
  { addTags, removeTags }: TicketUpdateInput,
  changes: Changes,
): Promise<void> {
  const before = ticket.tags;
  const after = [...new Set([...before, ...(addTags ?? [])])].filter(
    (name) => !removeTags?.includes(name),
  );
  const isSame =
    after.length === before.length && after.every((name, index) => name === before[index]);
  if (isSame) return;
  if (after.length > MAX_TAGS_PER_TICKET) throw new Refusal('LIMIT_REACHED', 'addTags');
  await ensureTags(
    ctx,
    after.filter((name) => !before.includes(name)),
  );
  changes['tags'] = [before, after];
  ticket.tags = after;
}
