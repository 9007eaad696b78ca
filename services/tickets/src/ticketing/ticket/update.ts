import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { categoryDefaults } from '../../configuration/category/defaults.ts';
import { applyFieldValues } from '../../configuration/field/values.ts';
import { reindexTickets } from '../message/search-index.ts';
import { ensureTags } from '../../configuration/tag/mutations.ts';
import { type Changes, fact, updated } from '../../model/ticket/events.ts';
import { locked } from '../../model/lookup/lock.ts';
import { type NewAssignment, reassignTicket } from '../../staff/agent/assignment.ts';
import type { TicketUpdateInput } from './input.ts';
import type { TicketUpdatePayload } from './payload.ts';
import { appOnlyExternalId, refuseInvalidOrganizationId } from '../../staff/references.ts';
import { refuseTaken } from '../../model/ticket/unique-external-id.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';

const PLAIN = ['subject', 'priority', 'organizationId', 'locale', 'product'] as const;
const LASTING = { subject: 'REQUIRED', priority: 'PRIORITY_UNSET' } as const;
const TAG_LIMIT = 100;

/** Changes plain fields; what is left out stays, null clears. */
export async function updateTicket(
  ctx: Context,
  input: TicketUpdateInput,
): Promise<TicketUpdatePayload> {
  const ticket = await locked(ctx, input.id);
  refuseStaleVersion(ticket, input.expectedVersion);
  for (const [field, code] of Object.entries(LASTING))
    if (input[field as keyof typeof LASTING] === null) throw new Refusal(code, field);
  refuseInvalidOrganizationId(input.organizationId);
  const changes: Changes = {};
  const set: Set = (field, value) => {
    if (ticket[field] === value) return;
    changes[field] = [ticket[field], value];
    ticket[field] = value;
  };
  const hands = await setCategory(ctx, ticket, input, set);
  for (const field of PLAIN) if (input[field] !== undefined) set(field, input[field] as never);
  if (input.externalId !== undefined) await setExternalId(ctx, ticket, input.externalId, set);
  await setTags(ctx, ticket, input, changes);
  const { publicFields, ...fields } = await applyFieldValues(ctx, ticket.fields, input.fields);
  if (Object.keys(fields.changes).length) ticket.fields = fields.values;
  Object.assign(changes, fields.changes);
  const facts = Object.keys(changes).length ? [updated(ticket, changes, { publicFields })] : [];
  const handed = hands ? await reassignTicket(ctx, ticket, hands) : {};
  if (Object.keys(handed).length)
    facts.push(fact('ticket.assigned', ticket, { cause: 'category', changes: handed }));
  await appendEvents(ctx, facts);
  if ('subject' in changes) await reindexTickets(ctx, [ticket]);
  return { ticket, userErrors: [] };
}

type Set = <K extends keyof Ticket & string>(field: K, value: Ticket[K]) => void;

/** Sets the category, and the priority that it gives; returns the department that it gives. What is closed keeps both. */
async function setCategory(
  ctx: Context,
  ticket: Ticket,
  { categoryId, priority }: TicketUpdateInput,
  set: Set,
): Promise<NewAssignment | undefined> {
  if (categoryId === undefined || categoryId === ticket.categoryId) return undefined;
  const driven = await categoryDefaults(ctx, categoryId);
  set('categoryId', categoryId);
  if (ticket.status === TicketStatus.CLOSED) return undefined;
  if (driven.priority && priority === undefined) set('priority', driven.priority);
  return driven.departmentId ? { departmentId: driven.departmentId } : undefined;
}

async function setExternalId(
  ctx: Context,
  ticket: Ticket,
  externalId: string | null,
  set: (field: 'externalId', value: string | null) => void,
): Promise<void> {
  if (ticket.appId && ticket.appId !== ctx.actor.id) throw new Refusal('FORBIDDEN', 'externalId');
  const own = appOnlyExternalId(ctx.actor, externalId);
  if (own && own !== ticket.externalId) await refuseTaken(ctx, own);
  ticket.appId = own ? ctx.actor.id : null;
  set('externalId', own);
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
  if (after.length === before.length && after.every((name, at) => name === before[at])) return;
  if (after.length > TAG_LIMIT) throw new Refusal('LIMIT_REACHED', 'addTags');
  await ensureTags(
    ctx,
    after.filter((name) => !before.includes(name)),
  );
  changes['tags'] = [before, after];
  ticket.tags = after;
}
